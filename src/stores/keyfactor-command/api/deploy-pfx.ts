import * as z from "zod";
import { members, read } from "../answer.ts";
import type { CommandClient } from "../client.ts";
import { rights } from "../rights.ts";

/** Where and how a certificate that was just enrolled is to lie. */
export interface PfxDeployment {
  readonly storeId: string;
  /** For Command before 9.4, which is told of stores by their type. */
  readonly legacyTypeId: number | undefined;
  readonly alias: string | undefined;
  readonly overwrite: boolean;
  readonly parameters: Readonly<Record<string, string>>;
  readonly password: string;
  /** What of all this no message may repeat. */
  readonly secrets: readonly string[];
  readonly certificateId: number;
  readonly requestId: number | undefined;
  /** At once when absent. */
  readonly jobTime: Date | undefined;
}

const answer = members({
  SuccessfulStores: z.array(z.string()).nullish(),
  FailedStores: z.array(z.string()).nullish(),
});

/**
 * `POST /Enrollment/PFX/Deploy`, of one store: within five minutes of an enrolment by the same account. Tells whether there is a
 * job; its id it does not tell.
 */
export async function deployPfx(
  client: CommandClient,
  asked: PfxDeployment,
  signal: AbortSignal,
): Promise<"Submitted" | "NotSubmitted"> {
  const doing = "deploy the enrolled PFX";
  const { body } = await client.call(
    {
      method: "POST",
      path: "/Enrollment/PFX/Deploy",
      body: {
        ...storesOf(asked),
        Password: asked.password,
        CertificateId: asked.certificateId,
        RequestId: asked.requestId,
        JobTime: asked.jobTime?.toISOString(),
      },
      doing,
      rights: [`${rights.enrollPfx} with ${rights.scheduleStores}`],
      secrets: asked.secrets,
    },
    signal,
  );
  const { SuccessfulStores } = read(answer, body, doing);
  const successful = (SuccessfulStores ?? []).map((id) => id.toLowerCase());
  return successful.includes(asked.storeId.toLowerCase()) ? "Submitted" : "NotSubmitted";
}

/** `Properties` is a map for a store, and a list for a type. */
function storesOf({ storeId, legacyTypeId, alias, overwrite, parameters }: PfxDeployment): object {
  if (legacyTypeId === undefined) {
    return { Stores: [{ StoreId: storeId, Alias: alias, Overwrite: overwrite, Properties: parameters }] };
  }
  const Properties = Object.entries(parameters).map(([Name, Value]) => ({ Name, Value }));
  return {
    StoreIds: [storeId],
    StoreTypes: [{ StoreTypeId: legacyTypeId, Alias: alias, Overwrite: overwrite, Properties }],
  };
}
