import type { Lease } from "../kube/index.ts";

/** Times of an election in milliseconds: client-go's names and meanings. */
export interface LeaseDurations {
  /** A lease that was not renewed for so long may be taken. */
  readonly leaseMs: number;
  /** A holder that could not renew for so long gives up. */
  readonly renewMs: number;
  readonly retryMs: number;
}

export const defaultDurations: LeaseDurations = { leaseMs: 15_000, renewMs: 10_000, retryMs: 2_000 };

/** A lease as it was seen, with the local monotonic time at which it was first seen so. */
export interface Sighting {
  readonly lease: Lease;
  readonly since: number;
}

/**
 * Notes what is seen now. The time moves only when the lease does: clocks of other machines are never compared with ours.
 */
export function sight(before: Sighting | undefined, lease: Lease, now: number): Sighting {
  const same = before?.lease.metadata.resourceVersion === lease.metadata.resourceVersion;
  return before !== undefined && same ? before : { lease, since: now };
}

/** Whether we may take or renew the lease: it is ours, free, or was not renewed for the whole time its holder promised, on our clock. */
export function mayHold(seen: Sighting, identity: string, now: number, durations: LeaseDurations): boolean {
  const holder = seen.lease.spec?.holderIdentity ?? "";
  return holder === "" || holder === identity || now >= freeAt(seen, durations);
}

/** When a lease that is not renewed any more may be taken, on our clock. */
export function freeAt({ lease, since }: Sighting, { leaseMs }: LeaseDurations): number {
  const promised = lease.spec?.leaseDurationSeconds ?? 0;
  return since + (promised > 0 ? promised * 1000 : leaseMs);
}

/** The lease with us as its holder. `at` is the wall clock's, for people only. */
export function held(lease: Lease, identity: string, at: Date, { leaseMs }: LeaseDurations): Lease {
  const before = lease.spec ?? {};
  const again = before.holderIdentity === identity;
  const time = microTime(at);
  return {
    ...lease,
    spec: {
      ...before,
      holderIdentity: identity,
      leaseDurationSeconds: Math.round(leaseMs / 1000),
      acquireTime: again ? (before.acquireTime ?? time) : time,
      renewTime: time,
      leaseTransitions: (before.leaseTransitions ?? 0) + (again ? 0 : 1),
    },
  };
}

/** The lease without a holder, for whoever comes next. */
export function released(lease: Lease, at: Date): Lease {
  return { ...lease, spec: { ...lease.spec, holderIdentity: "", leaseDurationSeconds: 1, renewTime: microTime(at) } };
}

/** `MicroTime` of the API: six digits. */
export function microTime(at: Date): string {
  return at.toISOString().replace("Z", "000Z");
}
