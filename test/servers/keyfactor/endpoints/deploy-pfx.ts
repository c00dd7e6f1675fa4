import * as z from "zod";
import type { Call, Endpoint } from "../endpoint.ts";
import { ok } from "../../http/answer.ts";
import { members } from "../http/any-case.ts";
import { badRequest } from "../http/refusal.ts";
import type { Certificate } from "../model/certificate.ts";
import { onceAt, time } from "../model/schedule.ts";
import { deployed, storesByType, type Target, targetsByType } from "./deployment.ts";

/** A.11 [O][S]. */
const body = members({
  Stores: z
    .array(
      members({
        StoreId: z.guid(),
        Alias: z.string().nullish(),
        Overwrite: z.boolean().nullish(),
        Properties: z.record(z.string(), z.unknown()).nullish(),
      }),
    )
    .nullish(),
  // The specification has it always required (A.11 [O]).
  Password: z.string().min(1),
  CertificateId: z.int().nullish(),
  RequestId: z.int().nullish(),
  JobTime: time.nullish(),
  ...storesByType,
});
type Request = z.output<typeof body>;

/** Five minutes (A.11 [S]). */
const stagedMs = 300_000;

/** Makes jobs, whose ids it does not tell; a 200 may hold stores that failed (A.11 [O]). */
export const deployPfx: Endpoint = {
  method: "POST",
  path: "/Enrollment/PFX/Deploy",
  handle: (call) => {
    // A.3 [S].
    call.requires("/certificate_stores/schedule/");
    call.requires("/certificates/enrollment/pfx/");
    const request = call.read(body);
    const certificate = staged(call, request);
    const targets = targetsOf(call, request);
    if (targets.length === 0) throw badRequest("Stores is required.");
    const once = onceAt(request.JobTime, call.command.now());
    const failed = deployed(call, certificate, targets, once, request.Password).map(({ target }) => target);
    return ok({
      SuccessfulStores: targets.filter((target) => !failed.includes(target)).map(({ storeId }) => storeId),
      FailedStores: failed.map(({ storeId }) => storeId),
    });
  },
};

/** What this user has enrolled within five minutes (A.11 [S]); the text of the refusal is not known (D7 [U]). */
function staged({ command, user }: Call, { CertificateId, RequestId }: Request): Certificate {
  // C.3 [S]: one of them is required.
  if (!CertificateId && !RequestId) throw badRequest("CertificateId or RequestId is required.");
  const enrollment = command.enrollments.findLast(
    ({ certificateId, requestId }) =>
      (!CertificateId || certificateId === CertificateId) && (!RequestId || requestId === RequestId),
  );
  const certificate = enrollment && command.certificate(enrollment.certificateId);
  const late = enrollment === undefined || command.now() - enrollment.at > stagedMs;
  if (certificate === undefined || late || enrollment.user !== user.name) {
    throw badRequest("There is no enrolled certificate to deploy.");
  }
  return certificate;
}

/** Stores wins over StoreTypes (A.11 [O]), which with StoreIds is obsolete since 9.4 and works (A.16). */
function targetsOf(call: Call, request: Request): Target[] {
  const { command } = call;
  if (!command.features.deployToStores || !request.Stores) return targetsByType(call, request);
  return request.Stores.map(({ StoreId, Alias, Overwrite, Properties }) => ({
    storeId: StoreId,
    store: command.store(StoreId),
    alias: Alias ?? undefined,
    overwrite: Overwrite ?? false,
    parameters: Properties ?? {},
  }));
}
