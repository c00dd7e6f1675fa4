import * as z from "zod";
import type { Endpoint } from "../endpoint.ts";
import { noContent } from "../../http/answer.ts";
import { members } from "../http/any-case.ts";
import { badRequest } from "../http/refusal.ts";

/** `Query` instead of ids is not served here. */
const body = members({ JobIds: z.array(z.guid()).nullish() });

/** Takes jobs back that nobody has picked up; 204 (A.9 [O]). What it says of others is not known: nothing, here [U]. */
export const unschedule: Endpoint = {
  method: "POST",
  path: "/OrchestratorJobs/Unschedule",
  handle: (call) => {
    // Spelled as [K]; that it is this one is [I].
    call.requires("/agents/management/modify/");
    const { JobIds } = call.read(body);
    if (!JobIds) throw badRequest("JobIds is required.");
    const ids = new Set(JobIds.map((id) => id.toLowerCase()));
    for (const job of call.command.jobs.waiting()) job.done ||= ids.has(job.id);
    return noContent;
  },
};
