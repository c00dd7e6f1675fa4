import { describe, expect, it, onTestFinished } from "vitest";
import type { KubeClient } from "./client.ts";
import { connect } from "./connect.ts";
import { ConfigMap, Lease, Secret, SelfSubjectAccessReview } from "./resources.ts";
import { json, type RawServer, serve } from "./testing/raw-server.ts";
import { requestToken } from "./token-request.ts";
import { metadataOf } from "./types.ts";

const { signal } = new AbortController();
const ref = { namespace: "web", name: "a" };

async function clientOf(code: number, answer: unknown): Promise<{ kube: KubeClient; server: RawServer }> {
  const server = await serve(json(code, answer));
  const kube = connect({ server: server.url, credentials: { anonymous: true } });
  onTestFinished(() => kube.close());
  return { kube, server };
}

const stored = { metadata: { name: "a", namespace: "web", resourceVersion: "7" } };

describe("get", () => {
  it("fills in what kind of object it is", async () => {
    const { kube } = await clientOf(200, stored);
    await expect(kube.get(ConfigMap, ref, { signal })).resolves.toEqual({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "a", namespace: "web", resourceVersion: "7" },
    });
  });

  it("leaves out managedFields and kubectl's copy of the object", async () => {
    const annotations = { "kubectl.kubernetes.io/last-applied-configuration": "{data}", keep: "1" };
    const { kube } = await clientOf(200, { metadata: { ...stored.metadata, managedFields: [{}], annotations } });
    const { metadata } = await kube.get(ConfigMap, ref, { signal });
    expect(metadata).toEqual({ name: "a", namespace: "web", resourceVersion: "7", annotations: { keep: "1" } });
  });

  it("refuses an object without a name", async () => {
    const { kube } = await clientOf(200, { metadata: {} });
    await expect(kube.get(ConfigMap, ref, { signal })).rejects.toMatchObject({ reason: "MalformedAnswer" });
  });
});

describe("getMetadata", () => {
  it("asks for metadata, and leaves out kubectl's copy of the data", async () => {
    const { kube, server } = await clientOf(200, {
      kind: "PartialObjectMetadata",
      apiVersion: "meta.k8s.io/v1",
      metadata: {
        name: "a",
        uid: "u",
        resourceVersion: "7",
        annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{data}", keep: "1" },
      },
    });
    await expect(kube.getMetadata(Secret, ref, { signal })).resolves.toEqual({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "a", uid: "u", resourceVersion: "7", annotations: { keep: "1" } },
    });
    expect(server.requests[0]?.headers.accept).toBe("application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1");
  });
});

describe("list", () => {
  it("gives one page and where the next begins", async () => {
    const { kube, server } = await clientOf(200, {
      metadata: { resourceVersion: "9", continue: "next" },
      items: [stored],
    });
    const page = await kube.list(ConfigMap, {
      namespace: "web",
      labelSelector: "a=b",
      limit: 1,
      continue: "x",
      signal,
    });
    expect(page).toEqual({
      items: [{ apiVersion: "v1", kind: "ConfigMap", ...stored }],
      resourceVersion: "9",
      continue: "next",
    });
    expect(server.requests[0]?.path).toBe("/api/v1/namespaces/web/configmaps?labelSelector=a%3Db&limit=1&continue=x");
  });

  it("knows the last page by its empty continue", async () => {
    const { kube } = await clientOf(200, { metadata: { resourceVersion: "9", continue: "" }, items: [] });
    expect((await kube.list(ConfigMap, { signal })).continue).toBeUndefined();
  });

  it("takes a list whose items are null", async () => {
    const { kube } = await clientOf(200, { metadata: { resourceVersion: "9" }, items: null });
    expect((await kube.list(ConfigMap, { signal })).items).toEqual([]);
  });

  it("asks for a list of metadata", async () => {
    const { kube, server } = await clientOf(200, { metadata: { resourceVersion: "9" }, items: [] });
    await kube.list(metadataOf(Secret), { signal });
    expect(server.requests[0]?.headers.accept).toBe("application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1");
  });

  it("leaves out managedFields and kubectl's copy of each object", async () => {
    const annotations = { "kubectl.kubernetes.io/last-applied-configuration": "{data}", keep: "1" };
    const item = { metadata: { ...stored.metadata, managedFields: [{}], annotations } };
    const { kube } = await clientOf(200, { metadata: { resourceVersion: "9" }, items: [item] });
    const { items } = await kube.list(ConfigMap, { signal });
    expect(items[0]?.metadata).toEqual({
      name: "a",
      namespace: "web",
      resourceVersion: "7",
      annotations: { keep: "1" },
    });
  });

  it.each([
    [{ items: [] }],
    [{ metadata: { resourceVersion: "9" }, items: {} }],
    [{ metadata: { resourceVersion: "9" }, items: [1] }],
    [{ metadata: { resourceVersion: "9" }, items: ["a"] }],
    [{ metadata: { resourceVersion: "9" }, items: [stored, null] }],
    [{ metadata: { resourceVersion: "9" }, items: [{ metadata: {} }] }],
    [[stored]],
    ["text"],
  ])("refuses %j", async (answer) => {
    const { kube } = await clientOf(200, answer);
    await expect(kube.list(ConfigMap, { signal })).rejects.toMatchObject({ reason: "MalformedAnswer" });
  });

  it("refuses one that ends too early, and does not quote it", async () => {
    const server = await serve((response) =>
      response.end('{"metadata":{"resourceVersion":"9"},"items":[{"top":"secret"'),
    );
    const kube = connect({ server: server.url, credentials: { anonymous: true } });
    onTestFinished(() => kube.close());
    const error = await kube.list(ConfigMap, { signal }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ reason: "MalformedAnswer" });
    expect(String(error)).not.toContain("secret");
  });

  it("begins anew with each attempt", async () => {
    const server = await serve(
      (response) => {
        response.writeHead(200, { "content-length": "1000" });
        response.write(`{"metadata":{},"items":[${JSON.stringify(stored)},`, () => response.socket?.destroy());
      },
      json(200, { metadata: { resourceVersion: "9" }, items: [stored] }),
    );
    const kube = connect({ server: server.url, credentials: { anonymous: true } });
    onTestFinished(() => kube.close());
    expect((await kube.list(ConfigMap, { signal })).items).toHaveLength(1);
  });
});

describe("apply", () => {
  it("sends the object with its kind, manager and force", async () => {
    const { kube, server } = await clientOf(200, stored);
    const object = { metadata: { ...ref, resourceVersion: "6" }, data: { k: "v" } };
    await kube.apply(ConfigMap, object, { fieldManager: "certferry-1", force: true, signal });
    expect(server.requests[0]).toMatchObject({
      method: "PATCH",
      path: "/api/v1/namespaces/web/configmaps/a?fieldManager=certferry-1&force=true",
      headers: { "content-type": "application/apply-patch+yaml" },
    });
    expect(JSON.parse(server.requests[0]?.body ?? "")).toEqual({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { namespace: "web", name: "a", resourceVersion: "6" },
      data: { k: "v" },
    });
  });

  it.each([
    [201, true],
    [200, false],
  ])("of an object, answered with %i: created is %s", async (code, created) => {
    const { kube } = await clientOf(code, stored);
    const answer = await kube.apply(ConfigMap, { metadata: ref }, { fieldManager: "m", signal });
    expect(answer.created).toBe(created);
  });

  it("reaches the status", async () => {
    const { kube, server } = await clientOf(200, stored);
    await kube.apply(ConfigMap, { metadata: ref }, { fieldManager: "m", subresource: "status", signal });
    expect(server.requests[0]?.path).toBe("/api/v1/namespaces/web/configmaps/a/status?fieldManager=m");
  });
});

describe("the other writes", () => {
  it("jsonPatch sends the operations", async () => {
    const { kube, server } = await clientOf(200, stored);
    await kube.jsonPatch(ConfigMap, ref, [{ op: "test", path: "/metadata/uid", value: "u" }], { signal });
    expect(server.requests[0]).toMatchObject({
      method: "PATCH",
      headers: { "content-type": "application/json-patch+json" },
      body: '[{"op":"test","path":"/metadata/uid","value":"u"}]',
    });
  });

  it("create posts to the namespace", async () => {
    const { kube, server } = await clientOf(201, stored);
    await kube.create(Lease, { metadata: ref }, { namespace: "web", signal });
    expect(server.requests[0]).toMatchObject({
      method: "POST",
      path: "/apis/coordination.k8s.io/v1/namespaces/web/leases",
    });
  });

  it("create takes a cluster-scoped answer that has no name", async () => {
    const { kube, server } = await clientOf(201, { metadata: {}, spec: {}, status: { allowed: true } });
    const spec = { resourceAttributes: { verb: "get", resource: "secrets" } };
    const review = await kube.create(SelfSubjectAccessReview, { spec }, { signal });
    expect(review.status).toEqual({ allowed: true });
    expect(server.requests[0]?.path).toBe("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews");
  });

  it("replace puts the object as it is", async () => {
    const { kube, server } = await clientOf(200, stored);
    const lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { ...ref, resourceVersion: "6" } };
    await kube.replace(Lease, lease, { signal });
    expect(server.requests[0]?.method).toBe("PUT");
    expect(JSON.parse(server.requests[0]?.body ?? "")).toEqual(lease);
  });

  it("delete names what it means", async () => {
    const { kube, server } = await clientOf(200, { kind: "Status" });
    await kube.delete(ConfigMap, ref, { uid: "u", resourceVersion: "7", signal });
    expect(JSON.parse(server.requests[0]?.body ?? "")).toEqual({
      apiVersion: "v1",
      kind: "DeleteOptions",
      preconditions: { uid: "u", resourceVersion: "7" },
    });
  });
});

describe("getPath", () => {
  it("parses JSON", async () => {
    const { kube } = await clientOf(200, { major: "1" });
    await expect(kube.getPath("/version", { signal })).resolves.toEqual({ major: "1" });
  });

  it("gives other answers as text", async () => {
    const server = await serve((response) => response.writeHead(200, { "content-type": "text/plain" }).end("ok"));
    const kube = connect({ server: server.url, credentials: { anonymous: true } });
    onTestFinished(() => kube.close());
    await expect(kube.getPath("/readyz", { signal })).resolves.toBe("ok");
  });
});

describe("requestToken", () => {
  it("posts a TokenRequest and gives the token with its end", async () => {
    const { kube, server } = await clientOf(201, {
      metadata: { name: "writer", namespace: "web" },
      status: { token: "t0ken", expirationTimestamp: "2026-01-02T03:04:05Z" },
    });
    const account = { namespace: "web", name: "writer" };
    const issued = await requestToken(kube, account, { audiences: ["vault"], expirationSeconds: 600, signal });
    expect(issued).toEqual({ token: "t0ken", expiresAt: new Date("2026-01-02T03:04:05Z") });
    expect(server.requests[0]?.path).toBe("/api/v1/namespaces/web/serviceaccounts/writer/token");
    expect(JSON.parse(server.requests[0]?.body ?? "")).toEqual({
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { audiences: ["vault"], expirationSeconds: 600 },
    });
  });

  it("refuses an answer without a token", async () => {
    const { kube } = await clientOf(201, { metadata: { name: "writer" }, status: {} });
    const account = { namespace: "web", name: "writer" };
    await expect(requestToken(kube, account, { signal })).rejects.toMatchObject({ reason: "MalformedAnswer" });
  });
});
