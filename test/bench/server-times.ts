import type { AuditEvent, ClusterAccess } from "../control-plane/index.ts";
import type { Realm } from "./bench-cluster.ts";

/** What the API server says it was asked in a realm, by anybody but us. */
export async function requestsIn(plane: ClusterAccess, { home, away }: Realm, since: Date): Promise<AuditEvent[]> {
  const events = await plane.audit.events({ since });
  const own = ["system:serviceaccount:certferry-system:certferry", `system:serviceaccount:${home}:writer`];
  return events.filter(
    ({ user, verb, namespace = "" }) =>
      own.includes(user) && verb !== "watch" && verb !== "list" && [home, away].includes(namespace),
  );
}

/** Seconds from the first request's arrival to the last one's answer. */
export function secondsOf(events: readonly AuditEvent[]): number {
  const first = Math.min(...events.map(({ at }) => milliseconds(at)));
  return (Math.max(...events.map(({ answeredAt }) => milliseconds(answeredAt))) - first) / 1_000;
}

/** Milliseconds since the epoch, with the microseconds that `Date` drops. */
export function milliseconds(rfc3339: string): number {
  const micros = /\.\d{3}(\d{0,3})/.exec(rfc3339)?.[1] ?? "";
  return Date.parse(rfc3339) + Number(micros.padEnd(3, "0")) / 1_000;
}
