import { describe, expect, it } from "vitest";
import { type Claimant, Claims } from "./claims.ts";
import { Succession } from "./succession.ts";

const start = new Date("2026-06-01T00:00:00Z");
const later = (seconds: number): Date => new Date(start.getTime() + seconds * 1000);

function claimant(name: string): Claimant {
  return { resource: `StoreDeployment/shop/${name}`, namespace: "shop", target: "t", created: "2026-01-01T00:00:00Z" };
}
const [holder, heir, neighbour] = [claimant("holder"), claimant("heir"), claimant("neighbour")];
const place = { storeRef: { name: "apps" }, address: "x", key: "x", deletionPolicy: "Delete" } as const;
const entry = { target: "t", place };

/** The holder's place, with those who want it, too; those in `waiting` are held back. */
function scene(waiting: Set<Claimant>, ...others: readonly Claimant[]) {
  const claims = new Claims();
  const woken: string[] = [];
  for (const one of [holder, ...others]) claims.set(one, "x", ["k"]);
  const waits = ({ resource }: Claimant): boolean => [...waiting].some((one) => one.resource === resource);
  const wake = ({ resource }: Claimant): void => void woken.push(resource);
  return { claims, woken, succession: new Succession({ claims, waits, wake }) };
}

describe("a place that is given up", () => {
  it("is wanted no more by who leaves it, and is no elder's then", () => {
    const { claims, succession } = scene(new Set());
    expect(succession.pending(holder.resource, entry, start)).toBe(false);
    expect(claims.wants(holder.resource, "t", "x", ["k"])).toBe(false);
    expect(claims.elder(claimant("zoe"), "x", ["k"])).toBeUndefined();
  });

  it("is kept for the one who waits until it has been taken", () => {
    const waiting = new Set([heir]);
    const { woken, succession } = scene(waiting, heir, neighbour);
    expect(succession.pending(holder.resource, entry, start)).toBe(true);
    expect(woken).toEqual(["StoreDeployment/shop/heir"]);
    expect(succession.pending(holder.resource, entry, later(1))).toBe(true);
    waiting.delete(heir);
    expect(succession.pending(holder.resource, entry, later(2))).toBe(false);
    expect(woken).toHaveLength(1);
  });

  it("is taken by one of several: the others go on waiting", () => {
    const waiting = new Set([heir, neighbour]);
    const { succession } = scene(waiting, heir, neighbour);
    expect(succession.pending(holder.resource, entry, start)).toBe(true);
    waiting.delete(heir);
    expect(succession.pending(holder.resource, entry, later(1))).toBe(false);
  });

  it("is kept for half a minute at most", () => {
    const { succession } = scene(new Set([heir]), heir);
    expect(succession.pending(holder.resource, entry, start)).toBe(true);
    expect(succession.pending(holder.resource, entry, later(29))).toBe(true);
    expect(succession.pending(holder.resource, entry, later(30))).toBe(false);
  });

  it("is wanted again by one of the same name that comes later", () => {
    const { claims, succession } = scene(new Set());
    succession.pending(holder.resource, entry, start);
    claims.retain(holder.resource, new Set(["t"]));
    expect(claims.wants(holder.resource, "t", "x", ["k"])).toBeUndefined();
  });
});
