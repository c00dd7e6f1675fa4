import type { Remote } from "../../contract.ts";

/** What lies in a place by our hand. */
export interface Placed {
  /** Name of its entry. */
  readonly alias: string;
  /** Of the certificate, in upper case. */
  readonly thumbprint: string;
  /** What has shown it: an inventory, or the end of its job alone. */
  readonly shownBy: "Inventory" | "JobHistory";
}

const byJob = " by job history";

/** As the record keeps it: `version` is the thumbprint, with `by job history` behind it where no inventory has shown it. */
export function remoteOf({ alias, thumbprint, shownBy }: Placed): Remote {
  return { id: alias, version: `${thumbprint}${shownBy === "JobHistory" ? byJob : ""}` };
}

/** Undefined where nothing lies there. */
export function placedIn(remote: Remote | undefined): Placed | undefined {
  if (remote?.version === undefined) return undefined;
  const { id: alias, version } = remote;
  const shownBy = version.endsWith(byJob) ? "JobHistory" : "Inventory";
  return { alias, thumbprint: version.replace(byJob, ""), shownBy };
}
