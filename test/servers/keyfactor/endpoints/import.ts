import * as z from "zod";
import type { Call, Endpoint } from "../endpoint.ts";
import { endEntityOf, readCertificateFile } from "../files/certificate-file.ts";
import { ok } from "../../http/answer.ts";
import { members } from "../http/any-case.ts";
import { badRequest } from "../http/refusal.ts";
import { checkMetadata, metadata } from "../model/metadata.ts";
import { ownerOf } from "../model/owner.ts";
import { onceAt, time } from "../model/schedule.ts";
import { deployed, type RefusedTarget, storesByType, targetsByType } from "./deployment.ts";

/** A.6 [O]. */
const body = members({
  Certificate: z.string(),
  Password: z.string().nullish(),
  Metadata: metadata.nullish(),
  ...storesByType,
  // A string, no schedule object (A.6 [O]).
  Schedule: time.nullish(),
  OwnerRoleId: z.int().nullish(),
  OwnerRoleName: z.string().nullish(),
});

/** Numbers whose names are not published: those of D1 and D2, and nothing else is told by them (F.1 [U]). */
const importStatus = { New: 1, Updated: 2 };
const jobStatus = { AllStores: 1, SomeInvalid: 2 };

/** A certificate that is there already is updated, not imported again (A.6 [D]). */
export const importCertificate: Endpoint = {
  method: "POST",
  path: "/Certificates/Import",
  handle: async (call) => {
    // A.3 [S].
    call.requires("/certificates/import/");
    const request = call.read(body);
    const file = await readCertificateFile(request.Certificate, request.Password ?? undefined);
    const x509 = endEntityOf(file);
    checkMetadata(call.command, request.Metadata ?? {});
    const ownerRoleId = owner(call, request);

    const { certificate, isNew } = call.command.certificates.record(x509);
    // A.6 [D]; that what the request leaves out stays is [I].
    certificate.key = file.key ?? certificate.key;
    certificate.ownerRoleId = ownerRoleId ?? certificate.ownerRoleId;
    for (const [name, value] of Object.entries(request.Metadata ?? {})) certificate.metadata.set(name, value);

    const once = onceAt(request.Schedule, call.command.now());
    const invalid = deployed(call, certificate, targetsByType(call, request), once);
    // No id of the certificate and none of jobs (A.6 [O]).
    return ok({
      ImportStatus: isNew ? importStatus.New : importStatus.Updated,
      JobStatus: invalid.length === 0 ? jobStatus.AllStores : jobStatus.SomeInvalid,
      InvalidKeystores: invalid.map(invalidStoreAnswer),
      Thumbprint: certificate.facts.Thumbprint,
    });
  },
};

/** Versions without owners do not know these members, and ignore them (A.16, A.1). */
function owner(call: Call, request: z.output<typeof body>): number | undefined {
  if (!call.command.features.ownerOnImport) return undefined;
  const { OwnerRoleId: id, OwnerRoleName: name } = request;
  // C.1 [S].
  if (typeof id === "number" && typeof name === "string") throw badRequest("Give the owner role's id or its name.");
  return ownerOf(call.command, { id: id ?? undefined, name: name ?? undefined })?.id;
}

/** The number of `Reason` has no published name; D2's stands for all (F.1 [U]). `Explanation` is what counts (A.6). */
function invalidStoreAnswer({ target: { storeId, store, alias }, explanation }: RefusedTarget): object {
  return {
    KeystoreId: storeId,
    ClientMachine: store?.clientMachine ?? null,
    StorePath: store?.path ?? null,
    Alias: alias ?? null,
    Reason: 3,
    Explanation: explanation,
  };
}
