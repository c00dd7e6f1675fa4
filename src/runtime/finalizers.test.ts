import { describe, expect, it } from "vitest";
import { ConfigMap, type KubeClient, KubeError } from "../kube/index.ts";
import { addFinalizer, removeFinalizer } from "./finalizers.ts";

const ours = "certferry.io/cleanup";
const { signal } = new AbortController();

function object(finalizers?: string[]): ConfigMap {
  const metadata = { namespace: "shop", name: "web", uid: "u1", resourceVersion: "7" };
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: finalizers === undefined ? metadata : { ...metadata, finalizers },
  };
}

/** An API server that notes the patches it gets, and refuses them with `refusal`. */
function server(refusal?: KubeError): { client: Pick<KubeClient, "jsonPatch">; patches: unknown[] } {
  const patches: unknown[] = [];
  const jsonPatch: KubeClient["jsonPatch"] = async (_, { namespace, name }, operations) => {
    patches.push({ of: `${namespace}/${name}`, operations });
    if (refusal !== undefined) throw refusal;
    return object([ours]) as never;
  };
  return { client: { jsonPatch }, patches };
}

/** What the API server answers to a patch whose test failed. */
const testFailed = new KubeError("Invalid", "the server rejected our request due to an error in our request", {
  status: 422,
});
const notAllowed = new KubeError("Invalid", 'ConfigMap "web" is invalid: metadata.finalizers: Invalid value', {
  status: 422,
});
const gone = new KubeError("NotFound", 'configmaps "web" not found', { status: 404 });

describe("adding a finalizer", () => {
  it("makes the list where there is none, on the very object that was seen", async () => {
    const { client, patches } = server();
    const added = await addFinalizer(client, ConfigMap, object(), ours, signal);
    expect(patches).toEqual([
      {
        of: "shop/web",
        operations: [
          { op: "test", path: "/metadata/uid", value: "u1" },
          { op: "test", path: "/metadata/resourceVersion", value: "7" },
          { op: "add", path: "/metadata/finalizers", value: ["certferry.io/cleanup"] },
        ],
      },
    ]);
    expect(added.metadata.finalizers).toEqual(["certferry.io/cleanup"]);
  });

  it("keeps the finalizers of others", async () => {
    const { client, patches } = server();
    await addFinalizer(client, ConfigMap, object(["other.io/a"]), ours, signal);
    expect(patches).toMatchObject([
      {
        operations: [
          { op: "test" },
          { op: "test" },
          { op: "replace", path: "/metadata/finalizers", value: ["other.io/a", "certferry.io/cleanup"] },
        ],
      },
    ]);
  });

  it("sends nothing when it is there", async () => {
    const { client, patches } = server();
    const before = object(["other.io/a", ours]);
    expect(await addFinalizer(client, ConfigMap, before, ours, signal)).toBe(before);
    expect(patches).toEqual([]);
  });

  it("is a conflict when the object changed meanwhile", async () => {
    const { client } = server(testFailed);
    await expect(addFinalizer(client, ConfigMap, object(), ours, signal)).rejects.toMatchObject({
      reason: "Conflict",
      status: 409,
      message: "the finalizers of ConfigMap web changed meanwhile",
    });
  });

  it("is no conflict when the object is refused for what it is: trying again would not help", async () => {
    const { client } = server(notAllowed);
    await expect(addFinalizer(client, ConfigMap, object(), ours, signal)).rejects.toBe(notAllowed);
  });

  it("fails when the object is gone", async () => {
    const { client } = server(gone);
    await expect(addFinalizer(client, ConfigMap, object(), ours, signal)).rejects.toBe(gone);
  });
});

describe("removing a finalizer", () => {
  it("takes away the one that it has tested to be ours", async () => {
    const { client, patches } = server();
    await removeFinalizer(client, ConfigMap, object(["other.io/a", ours]), ours, signal);
    expect(patches).toEqual([
      {
        of: "shop/web",
        operations: [
          { op: "test", path: "/metadata/uid", value: "u1" },
          { op: "test", path: "/metadata/resourceVersion", value: "7" },
          { op: "test", path: "/metadata/finalizers/1", value: "certferry.io/cleanup" },
          { op: "remove", path: "/metadata/finalizers/1" },
        ],
      },
    ]);
  });

  it.each([
    ["it is not there", object(["other.io/a"])],
    ["there are none", object()],
  ])("sends nothing when %s", async (_, before) => {
    const { client, patches } = server();
    await removeFinalizer(client, ConfigMap, before, ours, signal);
    expect(patches).toEqual([]);
  });

  it("ends well when the object is gone already", async () => {
    const { client } = server(gone);
    await expect(removeFinalizer(client, ConfigMap, object([ours]), ours, signal)).resolves.toBeUndefined();
  });

  it("is a conflict when the object changed meanwhile", async () => {
    const { client } = server(testFailed);
    await expect(removeFinalizer(client, ConfigMap, object([ours]), ours, signal)).rejects.toMatchObject({
      reason: "Conflict",
    });
  });
});
