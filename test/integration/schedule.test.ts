import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StoreDeployment } from "../../src/crds/index.ts";
import { eventually } from "../control-plane/index.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import type { Issued } from "../fixtures/pki.ts";
import { deployment, leafAndIssuer, target, World } from "./world.ts";

let world: World;

beforeAll(async () => {
  world = await World.create(sharedControlPlane(), "schedule");
  world.setClock("2026-10-24T20:00:00Z");
  // Nothing is looked at again by itself: whatever happens, happens because its time has come.
  await world.start([], 3_600_000);
});
afterAll(() => world.stop());

const night = { windows: [{ cron: "30 2 * * *", windowDuration: "30m", timezone: "Europe/Rome" }] };

/** Puts a new certificate into the source of a deployment. */
async function renew(name: string, until = "2027-06-01T00:00:00Z"): Promise<Issued> {
  const validity = { notBefore: new Date("2026-10-01T00:00:00Z"), notAfter: new Date(until) };
  const [leaf, issuer] = await leafAndIssuer(`${name}.example.com`, validity);
  await world.source(name, leaf, [issuer]);
  return leaf;
}

async function deploy(name: string, schedule: object, more: object = {}, place = name): Promise<void> {
  const spec = { source: { secretRef: { name } }, refreshInterval: "0", schedule };
  await world.apply(deployment(world.home, name, [target("t", world.away, place, more)], spec));
}

/** The deployment once its target waits so, for what its source holds now. */
function waits(name: string, reason: string): Promise<StoreDeployment> {
  return eventually(`${name} to be ${reason}`, async () => {
    const found = await world.deployment(name);
    const source = await world.secret(name, world.home);
    const record = found.status?.targets?.[0];
    const current = found.status?.source?.resourceVersion === source.metadata.resourceVersion;
    if (record?.reason === reason && current) return found;
    throw new Error(`it is ${record?.reason}: ${record?.message}`);
  });
}

async function inPlace(name: string, leaf: Issued): Promise<void> {
  await eventually(`the certificate in ${name}`, async () => {
    const secret = await world.secret(name);
    return Buffer.from(secret.data?.["tls.crt"] ?? "", "base64")
      .toString()
      .startsWith(leaf.pem);
  });
  await world.reason(name, "Delivered");
}

/** Requests a look until two have begun: what the first one came to is done then, since no place is looked at twice at a time. */
async function lookedAtOnRequest(name: string): Promise<void> {
  for (const value of ["first", "second"]) {
    const since = new Date();
    await world.request(name, `${value} ${since.toISOString()}`);
    await eventually("a look", async () => {
      const looks = { resource: "secrets", namespace: world.away, name, verb: "get", since };
      const user = `system:serviceaccount:${world.home}:writer`;
      return (await world.plane.audit.events({ ...looks, user })).length > 0;
    });
  }
}

describe("a deployment with a window", () => {
  it("waits for it, says when it opens, and shows what it would do", async () => {
    await renew("web");
    await deploy("web", night);
    const { status } = await world.reason("web", "WaitingForWindow");
    expect(status?.targets?.[0]).toMatchObject({
      phase: "Waiting",
      message:
        "The next opening is at 2026-10-25T00:30:00Z. The annotation certferry.io/deliver-now, set to a new value, opens at once.",
      plan: { action: "Create", reason: "NotThere" },
    });
    expect(status?.conditions?.find(({ type }) => type === "Reconciling")?.status).toBe("True");
    expect(await world.writes("web")).toBe(0);
  });

  it("delivers at the opening only the newest of what came meanwhile, also after a restart", async () => {
    await renew("web");
    await waits("web", "WaitingForWindow");
    await world.stop();
    const newest = await renew("web");
    await world.start([], 3_600_000);
    await waits("web", "WaitingForWindow");
    expect(await world.writes("web")).toBe(0);
    world.setClock("2026-10-25T00:29:58Z");
    await inPlace("web", newest);
    expect(await world.writes("web")).toBe(1);
  });

  it("delivers at once while the window is open", async () => {
    await inPlace("web", await renew("web"));
    expect(await world.writes("web")).toBe(2);
  });

  it("does not open again when the clocks go back and the hour comes a second time", async () => {
    world.setClock("2026-10-25T01:35:00Z");
    await renew("web");
    const { status } = await waits("web", "WaitingForWindow");
    expect(status?.targets?.[0]?.message).toContain("The next opening is at 2026-10-26T01:30:00Z.");
    await world.reason("web", "UpdateScheduled");
    expect(await world.writes("web")).toBe(2);
  });

  it("is not opened by a reconcile request", async () => {
    await lookedAtOnRequest("web");
    await waits("web", "WaitingForWindow");
    expect(await world.writes("web")).toBe(2);
  });

  it("is opened once by each value of deliver-now", async () => {
    const annotate = (value: string): Promise<unknown> =>
      world.plane.kubectl([
        "annotate",
        "storedeployment",
        "web",
        "-n",
        world.home,
        "--overwrite",
        `certferry.io/deliver-now=${value}`,
      ]);
    await annotate("2026-10-25T01:30:00Z");
    const { status } = await world.reason("web", "Delivered");
    expect(status?.lastHandledDeliverNow).toBe("2026-10-25T01:30:00Z");
    expect(await world.writes("web")).toBe(3);

    await renew("web");
    await waits("web", "WaitingForWindow");
    await world.plane.kubectl(["annotate", "storedeployment", "web", "-n", world.home, "certferry.io/deliver-now-"]);
    await annotate("2026-10-25T01:30:00Z");
    const newest = await renew("web");
    await waits("web", "WaitingForWindow");
    expect(await world.writes("web")).toBe(3);
    await annotate("again");
    await inPlace("web", newest);
    expect(await world.writes("web")).toBe(4);
  });

  it("waits with a repair, and leaves alone what is as it should be", async () => {
    const since = new Date();
    await lookedAtOnRequest("web");
    await world.reason("web", "Delivered");
    await world.plane.kubectl(["delete", "secret", "web", "-n", world.away]);
    await lookedAtOnRequest("web");
    const { status } = await waits("web", "WaitingForWindow");
    expect(status?.targets?.[0]?.plan).toMatchObject({ action: "Create", reason: "Drift" });
    expect(await world.writes("web", since)).toBe(0);
  });

  it("replaces at once what would expire before the next opening, and tells it by an event", async () => {
    await deploy("urgent", { windows: [{ cron: "0 3 1 11 *", windowDuration: "1h" }] });
    await renew("urgent", "2026-10-31T00:00:00Z");
    await world.plane.kubectl([
      "annotate",
      "storedeployment",
      "urgent",
      "-n",
      world.home,
      "certferry.io/deliver-now=first",
    ]);
    await world.reason("urgent", "Delivered");
    await inPlace("urgent", await renew("urgent"));
    const events = await eventually("the event", async () => {
      const { stdout } = await world.plane.kubectl(["get", "events.events.k8s.io", "-n", world.home, "-o", "json"]);
      const all = (JSON.parse(stdout) as { items: { reason: string; type: string; note: string }[] }).items;
      const urgent = all.filter(({ reason }) => reason === "Urgent");
      return urgent.length > 0 && urgent;
    });
    expect(events).toMatchObject([
      {
        type: "Warning",
        note: "Target t: Delivered outside its schedule: the certificate in place expires at 2026-10-31T00:00:00Z, and the next opening is at 2026-11-01T03:00:00Z.",
      },
    ]);
  });
});

describe("a place that was left", () => {
  it("goes at the opening, after the new one has the certificate", async () => {
    world.setClock("2026-10-26T01:31:00Z");
    await renew("moving");
    await deploy("moving", night, { deletionPolicy: "Delete" }, "moving");
    await world.reason("moving", "Delivered");
    world.setClock("2026-10-26T12:00:00Z");
    await deploy("moving", night, { deletionPolicy: "Delete" }, "moved");
    await waits("moving", "WaitingForWindow");
    expect(await world.isGone("secret", "moving", world.away)).toBe(false);
    world.setClock("2026-10-27T01:30:00Z");
    await eventually("the old place to go", () => world.isGone("secret", "moving", world.away));
    expect((await world.secret("moved")).type).toBe("kubernetes.io/tls");
  });

  it("waits for an opening, too, where its target is gone", async () => {
    world.setClock("2026-10-27T12:00:00Z");
    const spec = { source: { secretRef: { name: "moving" } }, refreshInterval: "0", schedule: night };
    await world.apply(deployment(world.home, "moving", [target("other", world.away, "other")], spec));
    await eventually(
      "the place to be left",
      async () => (await world.deployment("moving")).status?.previous?.[0]?.target === "t",
    );
    await eventually("the other target to wait, and the place", async () => {
      const { status } = await world.deployment("moving");
      return [status?.targets?.[0], status?.previous?.[0]].every((one) => one?.reason === "WaitingForWindow");
    });
    expect(await world.isGone("secret", "moved", world.away)).toBe(false);
    world.setClock("2026-10-28T01:30:00Z");
    await eventually("the old place to go", () => world.isGone("secret", "moved", world.away));
  });
});

describe("deleting the resource", () => {
  it("does not wait", async () => {
    await renew("ending");
    await deploy("ending", night, { deletionPolicy: "Delete" });
    await world.reason("ending", "Delivered");
    world.setClock("2026-10-28T12:00:00Z");
    await world.delete("storedeployment", "ending");
    await eventually("the place to go", () => world.isGone("secret", "ending", world.away));
    await eventually("the deployment to go", () => world.isGone("storedeployment", "ending"));
  });
});

describe("a schedule", () => {
  it("with runAt alone holds everything back until then", async () => {
    const leaf = await renew("later");
    await deploy("later", { runAt: "2026-11-01T00:00:00Z" });
    await world.reason("later", "WaitingForRunAt");
    world.setClock("2026-11-01T00:00:00Z");
    await inPlace("later", leaf);
    expect(await world.writes("later")).toBe(1);
  });

  it("that never opens is stalled, and says so", async () => {
    await renew("never");
    await deploy("never", { windows: [{ cron: "0 0 30 2 *", windowDuration: "1h" }] });
    const { status } = await world.reason("never", "NoOpening", "Stalled");
    expect(status?.targets?.[0]?.message).toBe(
      "No window opens within 400 days (0 0 30 2 *). Correct schedule.windows.",
    );
    await deploy("never", { windows: [{ cron: "* * * * *", windowDuration: "1h" }] });
    await world.reason("never", "Delivered");
  });
});
