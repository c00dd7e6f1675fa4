import type { Endpoint } from "../endpoint.ts";
import { ok } from "../../http/answer.ts";
import { type Job, jobType } from "../model/job.ts";
import { iso } from "../model/schedule.ts";
import type { Listing } from "../query/page.ts";

/** Its fields are not in the pages that were seen; the members that jobs have [I]. */
const listing: Listing<Job> = {
  prefix: "pq",
  fields: ["JobId", "Requested", "JobType"],
  sortedBy: "Requested",
  row: ({ id, requestedAt, work }) => ({ JobId: id, Requested: new Date(requestedAt), JobType: jobType(work) }),
};

/** Jobs that no orchestrator has picked up (A.9 [O]). */
export const scheduledJobs: Endpoint = {
  method: "GET",
  path: "/OrchestratorJobs/ScheduledJobs",
  handle: (call) => {
    call.requires("/agents/management/read/");
    const { command } = call;
    return ok(
      call.page(command.jobs.waiting(), listing).map((job) => {
        const store = command.store(job.storeId);
        return {
          Id: job.id,
          ClientMachine: store?.clientMachine ?? null,
          Target: store?.path ?? null,
          Schedule: job.schedule,
          Requested: iso(job.requestedAt),
          JobType: jobType(job.work),
        };
      }),
    );
  },
};
