import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StoreDeployment } from "../../src/crds/index.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { deployment, leafAndIssuer, target, World } from "./world.ts";

let world: World;
const day = 86_400_000;

beforeAll(async () => {
  world = await World.create(sharedControlPlane(), "conditions");
  await world.start();
});
afterAll(() => world.stop());

async function source(name: string, notAfter: Date): Promise<void> {
  const [leaf, issuer] = await leafAndIssuer(`${name}.example.com`, { notAfter });
  await world.source(name, leaf, [issuer]);
}

async function deploy(name: string, spec: object = {}): Promise<void> {
  const targets = [target("t", world.away, name)];
  await world.apply(deployment(world.home, name, targets, { source: { secretRef: { name } }, ...spec }));
}

/** `Ready=True Delivered, ...` of all but the source's. */
function told({ status }: StoreDeployment): string {
  const conditions = (status?.conditions ?? []).filter(({ type }) => type !== "SourceValid");
  return conditions.map(({ type, status, reason }) => `${type}=${status} ${reason}`).join(", ");
}

const rest = "Reconciling=False NotReconciling, Stalled=False NotStalled";

describe("a certificate that has been delivered", () => {
  it("stays ready while the resource is suspended, and says when it holds an earlier one", async () => {
    await source("suspended", new Date(Date.now() + 300 * day));
    await deploy("suspended");
    await world.reason("suspended", "Delivered");
    await deploy("suspended", { suspend: true });
    expect(told(await world.reason("suspended", "Delivered"))).toBe(
      `Ready=True Delivered, ${rest}, Delivered=True Delivered`,
    );
    await source("suspended", new Date(Date.now() + 301 * day));
    expect(told(await world.reason("suspended", "Suspended", "Delivered"))).toBe(
      `Ready=True Delivered, ${rest}, Delivered=False Suspended`,
    );
  });

  // Last: it sets the clock.
  it("is told to have expired when its time comes, suspended or not, until a newer one is in place", async () => {
    // No refresh finds it by chance.
    const seldom = { refreshInterval: "0" };
    const soon = new Date(Date.now() + 2 * day);
    for (const name of ["expires", "expires-asleep"]) {
      await source(name, soon);
      await deploy(name, seldom);
      await world.reason(name, "Delivered");
    }
    await deploy("expires-asleep", { ...seldom, suspend: true });
    world.setClock(new Date(Date.now() + 3 * day).toISOString());
    for (const name of ["expires", "expires-asleep"]) {
      expect(told(await world.reason(name, "Expired"))).toContain(
        "Ready=False Expired, Reconciling=False NotReconciling, Stalled=True Expired",
      );
    }
    await source("expires", new Date(Date.now() + 300 * day));
    expect(told(await world.reason("expires", "Delivered"))).toBe(
      `Ready=True Delivered, ${rest}, Delivered=True Delivered`,
    );
  });
});
