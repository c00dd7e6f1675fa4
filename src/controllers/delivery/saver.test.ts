import { describe, expect, it } from "vitest";
import type { StoreDeployment } from "../../crds/index.ts";
import { KubeError } from "../../kube/errors.ts";
import type { KubeObject } from "../../kube/index.ts";
import { deploymentKind } from "../store-deployment/kind.ts";
import type { Draft } from "./draft.ts";
import { type Change, StatusSaver } from "./saver.ts";

type Deployment = StoreDeployment & KubeObject;

const key = "shop/web";
const decidedFor = { uid: "u1", generation: 1 };

function deployment(resourceVersion: string, more: Partial<Deployment["metadata"]> = {}): Deployment {
  return {
    apiVersion: "certferry.io/v1alpha1",
    kind: "StoreDeployment",
    metadata: {
      namespace: "shop",
      name: "web",
      uid: "u1",
      generation: 1,
      creationTimestamp: "2026-01-01T00:00:00Z",
      resourceVersion,
      ...more,
    },
    spec: {
      source: { secretRef: { name: "web-tls" } },
      targets: [{ name: "t", storeRef: { name: "apps" } }],
    },
  } as unknown as Deployment;
}

/** A saver whose cache holds one version while the API server may hold another, and answers as it is told. */
function saverOf(cached: Deployment, stored: Deployment | undefined, ...failures: (KubeError | undefined)[]) {
  let object: Deployment | undefined = cached;
  const applied: { resourceVersion: unknown; records: unknown }[] = [];
  const saver = new StatusSaver<StoreDeployment>({
    client: {
      apply: (_type, body) => {
        const { metadata, status } = body as unknown as Deployment;
        applied.push({ resourceVersion: metadata.resourceVersion, records: status?.targets });
        const failure = failures.shift();
        if (failure !== undefined) return Promise.reject(failure);
        const answer = { ...cached, metadata: { ...cached.metadata, resourceVersion: "9" }, status };
        return Promise.resolve({ object: answer as never, created: false });
      },
      get: () =>
        stored === undefined ? Promise.reject(new KubeError("NotFound", "gone")) : Promise.resolve(stored as never),
    },
    kind: deploymentKind(["kubernetes"]),
    cache: {
      get: () => object,
      applyAnswer: (answer) => {
        object = answer;
      },
    },
    now: () => new Date("2026-02-01T00:00:00Z"),
    writesSuspended: false,
    onForgotten: () => {},
  });
  return { saver, applied, forget: () => (object = undefined) };
}

function note(reason: string): Change {
  return (draft: Draft) => ({ ...draft, records: new Map([["t", { phase: "Failed" as const, reason }]]) });
}

const conflict = new KubeError("Conflict", "changed");
const down = new KubeError("ServiceUnavailable", "down");
const never = new AbortController().signal;

describe("the opening of a write", () => {
  it("is saved with the version that it was decided from", async () => {
    const { saver, applied } = saverOf(deployment("5"), deployment("5"));
    expect(await saver.open(key, decidedFor, note("A"), never)).toBe("Saved");
    expect(applied).toEqual([{ resourceVersion: "5", records: [{ name: "t", phase: "Failed", reason: "A" }] }]);
  });

  it("is lost, and not tried again, when somebody else has changed the object", async () => {
    const { saver, applied } = saverOf(deployment("5"), deployment("6"), conflict);
    expect(await saver.open(key, decidedFor, note("A"), never)).toBe("Lost");
    expect(applied).toHaveLength(1);
  });

  it("fails, and is not tried again, when the API server does", async () => {
    const { saver, applied } = saverOf(deployment("5"), deployment("5"), down);
    await expect(saver.open(key, decidedFor, note("A"), never)).rejects.toThrow("down");
    await saver.close(key, note("B"), never);
    expect(applied.map(({ records }) => records)).toEqual([
      [{ name: "t", phase: "Failed", reason: "A" }],
      [{ name: "t", phase: "Failed", reason: "B" }],
    ]);
  });

  it.each([
    ["another spec", { generation: 2 }],
    ["another object of the same name", { uid: "u2" }],
  ])("is lost on %s", async (_, more) => {
    const { saver, applied } = saverOf(deployment("5", more), deployment("5", more));
    expect(await saver.open(key, decidedFor, note("A"), never)).toBe("Lost");
    expect(applied).toEqual([]);
  });
});

describe("what comes of a write", () => {
  it("is saved over what somebody else has changed meanwhile", async () => {
    const { saver, applied } = saverOf(deployment("5"), deployment("6"), conflict);
    expect(await saver.close(key, note("A"), never)).toBe("Saved");
    expect(applied.map(({ resourceVersion }) => resourceVersion)).toEqual(["5", "6"]);
  });

  it("is saved again until the API server takes it", async () => {
    const { saver, applied } = saverOf(deployment("5"), deployment("5"), down, down);
    expect(await saver.close(key, note("A"), never)).toBe("Saved");
    expect(applied).toHaveLength(3);
  });

  it("is lost when its change is void on what is there now", async () => {
    const { saver } = saverOf(deployment("5"), deployment("6"), conflict);
    let asked = 0;
    const change: Change = (draft) => (asked++ === 0 ? note("A")(draft, {} as never) : undefined);
    expect(await saver.close(key, change, never)).toBe("Lost");
  });

  it("has nowhere to go when the object is gone", async () => {
    const gone = saverOf(deployment("5"), undefined, new KubeError("NotFound", "gone"));
    expect(await gone.saver.close(key, note("A"), never)).toBe("Gone");
    gone.forget();
    expect(await gone.saver.close(key, note("A"), never)).toBe("Gone");
  });

  it("is saved together with what ends while another save is under way, without the openings that lose", async () => {
    const { saver, applied } = saverOf(deployment("5"), deployment("6"), conflict);
    const saves = [saver.close(key, note("A"), never), saver.open(key, decidedFor, note("B"), never)];
    expect(await Promise.all(saves)).toEqual(["Saved", "Lost"]);
    expect(applied.map(({ records }) => records)).toEqual([
      [{ name: "t", phase: "Failed", reason: "B" }],
      [{ name: "t", phase: "Failed", reason: "A" }],
    ]);
  });
});
