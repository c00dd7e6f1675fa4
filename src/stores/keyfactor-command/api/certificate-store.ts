import * as z from "zod";
import { members, read } from "../answer.ts";
import type { CommandClient } from "../client.ts";
import { rights } from "../rights.ts";

/** A certificate store that an orchestrator serves. */
export interface CertificateStore {
  readonly id: string;
  readonly typeId: number;
  readonly clientMachine: string;
  readonly path: string;
  readonly approved: boolean;
  /** Of the orchestrator that serves it. */
  readonly agentId: string | undefined;
  /** An inventory job runs of its own accord. */
  readonly isInventoried: boolean;
}

/** `Storepath` is one word. A store without inventory schedule has none, or one that is off. */
const storeAnswer = members({
  Id: z.string(),
  ClientMachine: z.string().nullish(),
  Storepath: z.string().nullish(),
  CertStoreType: z.int(),
  Approved: z.boolean().nullish(),
  AgentId: z.string().nullish(),
  InventorySchedule: z.record(z.string(), z.unknown()).nullish(),
});

/** `GET /CertificateStores/{id}`. */
export async function certificateStore(
  client: CommandClient,
  id: string,
  signal: AbortSignal,
): Promise<CertificateStore> {
  const doing = "read the certificate store";
  const path = `/CertificateStores/${encodeURIComponent(id)}`;
  const { body } = await client.call({ method: "GET", path, doing, rights: [rights.readStores] }, signal);
  const answer = read(storeAnswer, body, doing);
  return {
    id: answer.Id.toLowerCase(),
    typeId: answer.CertStoreType,
    clientMachine: answer.ClientMachine ?? "",
    path: answer.Storepath ?? "",
    approved: answer.Approved ?? false,
    agentId: answer.AgentId ?? undefined,
    isInventoried: repeats(answer.InventorySchedule),
  };
}

/** Immediate and ExactlyOnce are over after one run. */
function repeats(schedule: Readonly<Record<string, unknown>> | null | undefined): boolean {
  const repeating = new Set(["interval", "daily", "weekly", "monthly"]);
  return Object.entries(schedule ?? {}).some(
    ([name, value]) => repeating.has(name.toLowerCase()) && value !== null && value !== undefined,
  );
}
