import * as z from "zod";
import type { Call, Endpoint } from "../endpoint.ts";
import { ok } from "../http/answer.ts";
import { members } from "../http/any-case.ts";
import { badRequest } from "../http/refusal.ts";
import type { Certificate } from "../model/certificate.ts";
import { refusalOf } from "../model/placement.ts";
import { type Once, onceAt, time } from "../model/schedule.ts";

/** A.11 [O][S]. */
const body = members({
  Stores: z
    .array(
      members({
        StoreId: z.guid(),
        Alias: z.string().nullish(),
        Overwrite: z.boolean().nullish(),
        // A map here, an array in StoreTypes.
        Properties: z.record(z.string(), z.unknown()).nullish(),
      }),
    )
    .nullish(),
  // The specification has it always required (A.11 [O]).
  Password: z.string().min(1),
  CertificateId: z.int().nullish(),
  RequestId: z.int().nullish(),
  JobTime: time.nullish(),
  StoreIds: z.array(z.guid()).nullish(),
  StoreTypes: z
    .array(
      members({
        StoreTypeId: z.int(),
        Alias: z.string().nullish(),
        Overwrite: z.boolean().nullish(),
        Properties: z.array(z.unknown()).nullish(),
      }),
    )
    .nullish(),
});
type Request = z.output<typeof body>;

interface Target {
  readonly storeId: string;
  readonly alias: string | undefined;
  readonly overwrite: boolean;
  readonly parameters: Readonly<Record<string, unknown>>;
}

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
    const failed = targets.filter((target) => !deployed(call, certificate, target, once));
    return ok({
      SuccessfulStores: targets.filter((target) => !failed.includes(target)).map(({ storeId }) => storeId),
      FailedStores: failed.map(({ storeId }) => storeId),
    });
  },
};

/** What this user has enrolled within five minutes (A.11 [S]); the text of the refusal is not known (D7 [U]). */
function staged({ command, user }: Call, { CertificateId, RequestId }: Request): Certificate {
  const enrollment = command.enrollments.findLast(
    ({ certificateId, requestId }) =>
      (!CertificateId || certificateId === CertificateId) && (!RequestId || requestId === RequestId),
  );
  // C.3 [S]: one of them is required.
  if (!CertificateId && !RequestId) throw badRequest("CertificateId or RequestId is required.");
  const certificate = enrollment && command.certificate(enrollment.certificateId);
  const late = enrollment === undefined || command.now() - enrollment.at > stagedMs;
  if (certificate === undefined || late || enrollment.user !== user.name) {
    throw badRequest("There is no enrolled certificate to deploy.");
  }
  return certificate;
}

/** Stores wins over StoreTypes (A.11 [O]), which with StoreIds is obsolete since 9.4 and works (A.16). */
function targetsOf({ command }: Call, request: Request): Target[] {
  if (command.features.deployToStores && request.Stores) {
    return request.Stores.map(({ StoreId, Alias, Overwrite, Properties }) => ({
      storeId: StoreId,
      alias: Alias ?? undefined,
      overwrite: Overwrite ?? false,
      parameters: Properties ?? {},
    }));
  }
  return (request.StoreIds ?? []).map((storeId) => {
    const entry = request.StoreTypes?.find(({ StoreTypeId }) => StoreTypeId === command.store(storeId)?.type.id);
    const { Alias, Overwrite } = entry ?? {};
    return { storeId, alias: Alias ?? undefined, overwrite: Overwrite ?? false, parameters: {} };
  });
}

/** Whether there is a job. */
function deployed({ command }: Call, certificate: Certificate, target: Target, once: Once): boolean {
  const store = command.store(target.storeId);
  if (store === undefined) return false;
  const { alias, overwrite } = target;
  const placement = { ...target, includePrivateKey: true, hasEntryPassword: false };
  if (refusalOf(store, certificate, placement) !== undefined) return false;
  const work = { kind: "Add", certificateId: certificate.id, alias, overwrite, includePrivateKey: true } as const;
  command.jobs.create(store.id, work, once, command.now());
  return true;
}
