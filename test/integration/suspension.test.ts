import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../control-plane/index.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { deployment, leafAndIssuer, store, target, World } from "./world.ts";

let world: World;
const removing = { deletionPolicy: "Delete" };

beforeAll(async () => {
  world = await World.create(sharedControlPlane(), "suspension");
  await world.start();
});
afterAll(() => world.stop());

async function source(name: string): Promise<void> {
  const [leaf, issuer] = await leafAndIssuer(`${name}.example.com`);
  await world.source(name, leaf, [issuer]);
}

/** A deployment with a source and a store of its own; each of the three may be suspended. */
async function apply(
  name: string,
  suspended: { resource?: boolean; target?: boolean; store?: boolean } = {},
): Promise<void> {
  const spec = { source: { secretRef: { name } }, suspend: suspended.resource ?? false };
  const one = target("t", world.away, name, { storeRef: { name }, suspend: suspended.target ?? false });
  const closed = { suspend: suspended.store ?? false };
  const { spec: open, ...head } = store(world.home, name) as { spec: object };
  await world.apply({ ...head, spec: { ...open, ...closed } }, deployment(world.home, name, [one], spec));
}

type Held = { phase: string | undefined; message: string | undefined; plan: unknown };

async function held(name: string): Promise<Held> {
  return eventually(`${name} to be held`, async () => {
    const { phase, message, plan } = (await world.deployment(name)).status?.targets?.[0] ?? {};
    return phase === "Suspended" && { phase, message, plan };
  });
}

async function planned(name: string, action: string): Promise<unknown> {
  return eventually(`the plan of ${name}`, async () => {
    const plan = (await world.deployment(name)).status?.targets?.[0]?.plan;
    return plan?.action === action && plan;
  });
}

describe("while it is suspended", () => {
  it.each([
    ["resource", "spec.suspend is true: nothing is written."],
    ["target", "suspend is true for this target: nothing is written."],
    ["store", "CertificateStore STORE is suspended: nothing is written."],
  ] as const)("by its %s, nothing is written, and the plan tells what would be", async (what, message) => {
    const name = `by-${what}`;
    await source(name);
    await apply(name, { [what]: true });
    expect(await held(name)).toEqual({
      phase: "Suspended",
      message: message.replace("STORE", name),
      plan: { action: "Create", reason: "NotThere" },
    });
    expect(await world.writes(name)).toBe(0);

    await apply(name);
    await world.reason(name, "Delivered");
    await apply(name, { [what]: true });
    expect(await held(name)).toMatchObject({ plan: undefined });
    // A certificate of ours lies there: readiness is as it was.
    await world.reason(name, "Delivered");

    await source(name);
    expect(await planned(name, "Update")).toEqual({
      action: "Update",
      reason: "Changed",
      changes: ["data tls.crt", "data tls.key", "data ca.crt"],
    });
    expect(await world.writes(name)).toBe(1);

    await apply(name);
    await eventually("the update", async () => (await world.writes(name)) === 2);
    await world.reason(name, "Delivered");
  });

  it("by the operator, nothing is written or removed, and the plan tells what would be", async () => {
    for (const name of ["operator", "operator-gone", "operator-left"]) await source(name);
    await apply("operator");
    const going = deployment(world.home, "operator-gone", [target("t", world.away, "operator-gone", removing)], {
      source: { secretRef: { name: "operator-gone" } },
    });
    const [a, b] = [target("a", world.away, "operator-left"), target("b", world.away, "operator-left-b", removing)];
    const leaving = (targets: readonly object[]) =>
      deployment(world.home, "operator-left", targets, { source: { secretRef: { name: "operator-left" } } });
    await world.apply(going, leaving([a, b]));
    for (const name of ["operator", "operator-gone", "operator-left"]) await world.reason(name, "Delivered");
    await world.stop();

    const since = new Date();
    await world.start(["--suspend-writes"]);
    await source("operator");
    expect(await planned("operator", "Update")).toMatchObject({ reason: "Changed" });
    expect(await held("operator")).toMatchObject({
      message: "The operator runs with --suspend-writes: it looks, and writes nothing.",
    });
    await world.apply(leaving([a]));
    await world.delete("storedeployment", "operator-gone");
    const { status } = await world.reason("operator-gone", "Suspended", "Stalled");
    expect(status?.targets?.[0]?.message).toBe(
      "Removal: The operator runs with --suspend-writes; start it without. To let it go as it is, annotate it with certferry.io/abandon=true or set deletionPolicy: Retain.",
    );
    const previous = await eventually(
      "the place that was left",
      async () => (await world.deployment("operator-left")).status?.previous,
    );
    expect(previous.map(({ target: left }) => left)).toEqual(["b"]);
    expect(await world.writes(undefined, since)).toBe(0);
    await world.stop();

    await world.start();
    await eventually("the update", async () => (await world.writes("operator", since)) === 1);
    await eventually(
      "the removals",
      async () =>
        (await world.isGone("secret", "operator-left-b", world.away)) &&
        world.isGone("secret", "operator-gone", world.away),
    );
    await eventually("it to go", () => world.isGone("storedeployment", "operator-gone"));
  });

  it("a place that was left is removed only when the resource is not suspended any more", async () => {
    await source("left");
    const spec = { source: { secretRef: { name: "left" } } };
    const [a, b] = [target("a", world.away, "left-a"), target("b", world.away, "left-b", removing)];
    await world.apply(deployment(world.home, "left", [a, b], spec));
    await world.reason("left", "Delivered");
    await world.apply(deployment(world.home, "left", [a], { ...spec, suspend: true }));
    await eventually(
      "the place to be left",
      async () => (await world.deployment("left")).status?.previous?.length === 1,
    );
    await held("left");
    expect((await world.secret("left-b")).type).toBe("kubernetes.io/tls");
    await world.apply(deployment(world.home, "left", [a], spec));
    await eventually("the removal", () => world.isGone("secret", "left-b", world.away));
  });
});
