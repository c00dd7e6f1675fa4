import { afterAll, beforeAll, expect, it } from "vitest";
import { StoreDeployments } from "../../src/controllers/resources.ts";
import { benchCertificate, benchDeployment, type Certificate, sourceSecret } from "../bench/objects.ts";
import { type Names, requestsOfDelivery, requestsOfRotation, type WireRequest } from "../bench/requests.ts";
import { type AuditEvent, type ControlPlane, eventually, install, startControlPlane } from "../control-plane/index.ts";
import { rememberSecret } from "../leaks/material.ts";
import { World } from "./world.ts";

let plane: ControlPlane;
let world: World;

beforeAll(async () => {
  plane = await startControlPlane({ audit: "RequestResponse" });
  await install(plane);
  world = await World.create(plane, "bench");
  await world.start([], 600_000);
  // The first delivery asks for the writer's token too.
  await renew("first");
  await world.apply(benchDeployment(world.home, world.away, "first", "first"));
  await told("first", "create");
});
afterAll(async () => {
  await world.stop();
  await plane.stop();
});

it("sends for a first delivery just what the benchmark's raw loop sends", async () => {
  const certificate = await renew("web");
  const since = new Date();
  await world.apply(benchDeployment(world.home, world.away, "web", "web"));
  await told("web", "create");
  const signal = AbortSignal.timeout(20_000);
  const { metadata } = await plane.client.get(StoreDeployments, { namespace: world.home, name: "web" }, { signal });
  const raw = collected(requestsOfDelivery(names(), { uid: metadata.uid, resourceVersion: "1" }), certificate);
  expect((await sent(since)).map(ofReal)).toEqual(raw.map(ofRaw));
});

it("sends from a renewal to its place just what the benchmark's raw loop sends", async () => {
  const since = new Date();
  const certificate = await renew("web");
  await told("web", "patch");
  const raw = collected(requestsOfRotation(names()), certificate);
  expect((await sent(since)).slice(0, raw.length).map(ofReal)).toEqual(raw.map(ofRaw));
});

function names(): Names {
  const { home, away } = world;
  return { home, away, name: "web", source: "web", ownerId: home, clusterUid: "uid-of-kube-system" };
}

async function renew(source: string): Promise<Certificate> {
  const certificate = await benchCertificate();
  rememberSecret(certificate["tls.key"]);
  await world.apply(sourceSecret(world.home, source, certificate));
  return certificate;
}

/** An event is the last request of a delivery. */
async function told(name: string, verb: "create" | "patch"): Promise<void> {
  await eventually(`the event of ${name}`, async () => {
    const events = await plane.audit.events({ resource: "events", namespace: world.home, verb });
    return events.some(({ responseObject }) => JSON.stringify(responseObject).includes(`"name":"${name}"`));
  });
}

async function sent(since: Date): Promise<AuditEvent[]> {
  const events = await plane.audit.events({ since });
  const ours = events.filter(({ namespace }) => namespace === world.home || namespace === world.away);
  return ours.filter(({ user }) => identityOf(user) !== undefined).sort((a, b) => a.at.localeCompare(b.at));
}

function collected(requests: Iterable<WireRequest>, data: Certificate): WireRequest[] {
  const all: WireRequest[] = [];
  for (const request of requests) {
    all.push(request);
    request.learn?.({ metadata: { uid: "uid-of-the-answer", resourceVersion: "2" }, data });
  }
  return all;
}

interface Line {
  readonly request: string;
  /** Every path in the body. */
  readonly body: readonly string[];
}

function identityOf(user: string): "operator" | "writer" | undefined {
  if (user === "system:serviceaccount:certferry-system:certferry") return "operator";
  return user === `system:serviceaccount:${world.home}:writer` ? "writer" : undefined;
}

const methods: Readonly<Record<string, string>> = { get: "GET", patch: "PATCH", create: "POST" };

function ofReal({ user, verb, namespace, resource, subresource, name, requestObject }: AuditEvent): Line {
  const path = [namespace, resource, verb === "create" ? undefined : name, subresource].filter(Boolean).join("/");
  return { request: `${identityOf(user)} ${methods[verb] ?? verb} ${path}`, body: shapeOf(requestObject) };
}

function ofRaw({ as, method, path, body }: WireRequest): Line {
  const place = path.replace(/^.*\/namespaces\//, "").replace(/\?.*$/, "");
  return { request: `${as} ${method} ${place}`, body: shapeOf(body) };
}

/** Whatever its values; the audit log adds nulls. */
function shapeOf(value: unknown, path = ""): string[] {
  if (value === null) return [];
  if (typeof value !== "object") return [path];
  return Object.entries(value)
    .flatMap(([key, one]) => shapeOf(one, `${path}/${key}`))
    .sort();
}
