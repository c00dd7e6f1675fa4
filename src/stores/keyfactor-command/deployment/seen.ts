import type { CertificateFacts } from "../../../formats/index.ts";
import type { Observation } from "../../contract.ts";
import { collectionOf, type Deployment } from "./deployment.ts";
import { entryNamed, holds } from "./inventory.ts";
import type { Look } from "./look.ts";
import { obstacleOf } from "./placement.ts";
import { keyOfEntry, readDeploymentKey } from "./place-key.ts";
import { type Placed, remoteOf } from "./placed.ts";

/** What the inventory does not show of an entry: parameters, passwords, whether the key is there. */
const partial = true;

/** Nobody else's hand: Command has no room for a mark, so what our record tells of is ours. */
const ours = { ours: true, others: [], foreign: false } as const;
const foreign = { ours: false, others: [], foreign: true } as const;

/**
 * What a look tells of the place.
 * @param wrote a write of ours has begun, so that what it would bring is ours
 */
export async function seenIn(
  deployment: Deployment,
  look: Look,
  wrote: boolean,
  signal: AbortSignal,
): Promise<Observation> {
  const { before, thumbprint } = deployment;
  const { entry, store } = look;
  const holders = before !== undefined || wrote ? ours : foreign;
  if (entry !== undefined && holds(entry, deployment)) {
    const placed: Placed = { alias: entry.alias, thumbprint, shownBy: "Inventory" };
    const shows = ({ alias, thumbprint }: Placed): boolean =>
      entryNamed(look.inventory, alias)?.leaf?.thumbprint === thumbprint;
    return { ...present(placed, look.leaf), holders, ...replacedIn(deployment, placed.alias, shows) };
  }
  const obstacle = before?.thumbprint === thumbprint ? undefined : obstacleIn(deployment, look);
  const blocked = obstacle === undefined ? {} : { obstacle };
  if (before?.shownBy === "JobHistory" && entry?.leaf?.thumbprint !== before.thumbprint) {
    return { state: "Absent", inconclusive: `the inventory of ${store.path}, which has not run since`, ...blocked };
  }
  if (entry === undefined) {
    // What an inventory has shown once it would show still.
    const tells = store.isInventoried || before?.shownBy === "Inventory";
    const told = tells ? {} : { inconclusive: `the inventory of ${store.path}, which has no schedule` };
    return { state: "Absent", ...told, ...blocked };
  }
  const leaf = entry.leaf && (await deployment.command.facts.leaf(entry.leaf, collectionOf(deployment), signal));
  const other: Placed = { alias: entry.alias, thumbprint: entry.leaf?.thumbprint ?? "", shownBy: "Inventory" };
  return { ...present(other, leaf), holders, differs: [{ what: "certificate" }], ...blocked };
}

/** What the end of its job alone tells: no inventory has shown it. */
export function shownByJob(deployment: Deployment, leaf: CertificateFacts): Observation {
  const { target, thumbprint, before } = deployment;
  // Stores that name entries do so by thumbprint, as far as is known.
  const alias = target.alias ?? (before?.thumbprint === thumbprint ? before.alias : thumbprint);
  const seen = present({ alias, thumbprint, shownBy: "JobHistory" }, leaf);
  // Where no inventory tells, our record alone says that the entry before is there.
  return { ...seen, ...replacedIn(deployment, alias, () => true) };
}

/** Why nothing can be brought there. */
export function obstacleIn({ target }: Deployment, { store, type, hasPrivateKey }: Look) {
  if (!store.approved) {
    const message = `The certificate store ${store.path} on ${store.clientMachine} is not approved; approve it in Command.`;
    return { reason: "StoreNotApproved", message } as const;
  }
  return obstacleOf(target, type, { hasPrivateKey });
}

function present(placed: Placed, leaf: CertificateFacts | undefined): Extract<Observation, { state: "Present" }> {
  return {
    state: "Present",
    remote: remoteOf(placed),
    holders: ours,
    ...(leaf === undefined ? {} : { leaf }),
    differs: [],
    partial,
  };
}

/** Our entry before, where the new one has another name and the old one is to go. */
function replacedIn(
  { target, key, before }: Deployment,
  alias: string,
  isThere: (before: Placed) => boolean,
): { replaced?: string } {
  if (target.replaced !== "Remove" || before === undefined || before.alias === alias || !isThere(before)) return {};
  return { replaced: keyOfEntry(readDeploymentKey(key), before.alias, before.thumbprint) };
}
