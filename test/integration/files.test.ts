import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleOf, decode } from "../../src/formats/index.ts";
import { type ControlPlane, eventually, install, startControlPlane } from "../control-plane/index.ts";
import type { Issued } from "../fixtures/pki.ts";
import { rememberSecret } from "../leaks/material.ts";
import { deployment, leafAndIssuer, named, World } from "./world.ts";

const storeRef = { kind: "ClusterCertificateStore", name: "files" };
const passwordSecretRef = { name: "java", key: "password" };
let plane: ControlPlane;
let world: World;
let root: string;

beforeAll(async () => {
  // Cluster stores are off for an operator that serves only some namespaces, so this one has a cluster of its own.
  plane = await startControlPlane();
  await install(plane);
  world = await World.create(plane, "files");
  root = await mkdtemp(join(tmpdir(), "certferry-files-"));
  const places = ["{namespace}/**"];
  await world.apply(clusterStore("files", "edge", [{ namespaces: { names: [world.home] }, places }]), {
    ...named("v1", "Secret", "java", world.home),
    stringData: { password: "of-the-keystores" },
  });
  rememberSecret("of-the-keystores");
  await renew();
  await world.start(["--watch-namespaces=", `--filesystem-root=${root}`]);
});
afterAll(async () => {
  await world.stop();
  await plane.stop();
  await rm(root, { recursive: true, force: true });
});

function clusterStore(name: string, directory: string, grants: readonly object[]): object {
  const head = { apiVersion: "certferry.io/v1alpha1", kind: "ClusterCertificateStore", metadata: { name } };
  return { ...head, spec: { filesystem: { directory }, grants } };
}

/** Issues what the source holds from now on. */
async function renew(): Promise<Issued> {
  const [leaf, issuer] = await leafAndIssuer("web.example.com");
  await world.source("web-tls", leaf, [issuer]);
  return leaf;
}

/** A target with files in a folder of this name. */
function target(folder: string, outputs: readonly object[], more: object = {}): object {
  const own = outputs.map((output) => within(folder, output as { path: string; truststorePath?: string }));
  return { name: "t", storeRef, ...more, filesystem: { outputs: own } };
}

function within(folder: string, { path, truststorePath, ...rest }: { path: string; truststorePath?: string }): object {
  const trust = truststorePath === undefined ? {} : { truststorePath: `${world.home}/${folder}/${truststorePath}` };
  return { path: `${world.home}/${folder}/${path}`, ...trust, ...rest };
}

const pair = [
  { path: "tls.crt", format: "PEM", mode: "0640" },
  { path: "tls.key", format: "PEM", content: "Key" },
];

const at = (folder: string, file: string): string => join(root, "edge", world.home, folder, file);
const text = (folder: string, file: string): Promise<string> => readFile(at(folder, file), "utf8");

async function deliver(name: string, outputs: readonly object[] = pair, spec: object = {}): Promise<void> {
  await world.apply(deployment(world.home, name, [target(name, outputs)], spec));
}

async function holds(name: string, { keyPem }: Issued): Promise<void> {
  await eventually(`${name} to hold the certificate`, async () => (await text(name, "tls.key")) === keyPem);
  await world.reason(name, "Delivered");
}

async function messageOf(name: string): Promise<string> {
  return (await world.deployment(name)).status?.targets?.[0]?.message ?? "";
}

describe("files", () => {
  it("of several formats are delivered together, and follow a renewal", async () => {
    const first = await renew();
    await deliver("all", [
      ...pair,
      { path: "web.p12", format: "PKCS12", passwordSecretRef, truststorePath: "trust.p12" },
      { path: "web.jks", format: "JKS", alias: "web", passwordSecretRef },
    ]);
    await holds("all", first);
    expect(((await stat(at("all", "tls.crt"))).mode & 0o777).toString(8)).toBe("640");
    expect(((await stat(at("all", "tls.key"))).mode & 0o777).toString(8)).toBe("600");

    const second = await renew();
    await holds("all", second);
    for (const [file, alias] of [
      ["web.p12", "certificate"],
      ["web.jks", "web"],
    ] as const) {
      const decoded = await decode(await readFile(at("all", file)), { password: Buffer.from("of-the-keystores") });
      const { leaf } = bundleOf(decoded, { alias, now: new Date() });
      expect(leaf).toEqual(Buffer.from(second.certificate.rawData));
    }
    const { status } = await world.deployment("all");
    expect(status?.targets?.[0]?.place?.address).toMatch(/^filesystem:[0-9a-f-]{36}$/);
    expect(status?.summary).toBe("1/1 delivered");
  });

  it("that somebody has changed are repaired", async () => {
    const leaf = await renew();
    await deliver("drift");
    await holds("drift", leaf);
    await writeFile(at("drift", "tls.key"), "spoilt");
    await world.request("drift", "1");
    await holds("drift", leaf);
    expect(await text("drift", "tls.crt")).toContain(leaf.pem);
  });

  it("are left alone while the deployment is suspended, which tells what would be done", async () => {
    const leaf = await renew();
    await deliver("held");
    await holds("held", leaf);
    await deliver("held", pair, { suspend: true });
    await renew();
    const plan = await eventually("the plan to be told", async () => {
      const found = (await world.deployment("held")).status?.targets?.[0];
      return found?.phase === "Suspended" ? found.plan : undefined;
    });
    expect(plan).toMatchObject({ action: "Update", reason: "Changed" });
    expect(await text("held", "tls.key")).toBe(leaf.keyPem);
  });

  it("of a new store are not even begun while the deployment is suspended", async () => {
    await world.apply(clusterStore("fresh", "fresh", [{ namespaces: { all: true }, places: ["**"] }]));
    const fresh = target("fresh", pair, { storeRef: { ...storeRef, name: "fresh" } });
    await world.apply(deployment(world.home, "fresh", [fresh], { suspend: true }));
    await eventually("the plan to be told", async () => {
      return (await world.deployment("fresh")).status?.targets?.[0]?.plan?.action === "Create";
    });
    await expect(stat(join(root, "fresh"))).rejects.toThrow("ENOENT");
  });

  it("are removed by policy, and those that a target gives up are as well", async () => {
    const leaf = await renew();
    await deliver("gone", [...pair, { path: "more.pem", format: "CombinedPEM" }], { deletionPolicy: "Delete" });
    await holds("gone", leaf);
    await deliver("gone", pair, { deletionPolicy: "Delete" });
    await eventually("the file to go", () =>
      stat(at("gone", "more.pem")).then(
        () => false,
        () => true,
      ),
    );
    await world.reason("gone", "Delivered");
    await world.delete("storedeployment", "gone");
    await eventually("the deployment to go", () => world.isGone("storedeployment", "gone"));
    await expect(text("gone", "tls.crt")).rejects.toThrow("ENOENT");
    await expect(text("gone", "tls.key")).rejects.toThrow("ENOENT");
  });

  it("are the older one's of two that want them", async () => {
    const leaf = await renew();
    await world.apply(deployment(world.home, "older", [target("both", pair)]));
    await world.reason("older", "Delivered");
    await world.apply(deployment(world.home, "younger", [target("both", pair)], { adoptionPolicy: "Always" }));
    await world.reason("younger", "PlaceTaken");
    expect(await messageOf("younger")).toContain("StoreDeployment older holds this place");
    await world.delete("storedeployment", "older");
    await world.reason("younger", "Delivered");
    expect(await text("both", "tls.key")).toBe(leaf.keyPem);
  });

  it("that nobody has delivered are not written over", async () => {
    await renew();
    await mkdir(at("foreign", ""), { recursive: true });
    await writeFile(at("foreign", "tls.key"), "somebody's");
    await deliver("foreign");
    await world.reason("foreign", "NotAdopted");
    expect(await text("foreign", "tls.key")).toBe("somebody's");
  });

  it("outside of what is granted are refused, without a word on what is there", async () => {
    const outside = {
      ...target("x", pair),
      filesystem: { outputs: [{ path: "other/x.crt", format: "PEM" }] },
    };
    await world.apply(deployment(world.home, "outside", [outside]));
    await world.reason("outside", "NotGranted");
    await expect(stat(join(root, "edge/other"))).rejects.toThrow("ENOENT");
  });
});

describe("another volume", () => {
  const edge = (): string => join(root, "edge");

  it("in the place of the one that was written to is left alone until that is back", async () => {
    const leaf = await renew();
    await deliver("moved");
    await holds("moved", leaf);
    await rename(edge(), `${edge()}.away`);
    await mkdir(edge());
    const renewed = await renew();
    await world.reason("moved", "DifferentVolume");
    expect(await messageOf("moved")).toMatch(/is not the volume that was written to\. Mount that one; or/);
    await expect(text("moved", "tls.key")).rejects.toThrow("ENOENT");
    await rename(edge(), `${edge()}.other`);
    await rename(`${edge()}.away`, edge());
    await holds("moved", renewed);
  });

  it("is written to once a person has asked for it", async () => {
    const leaf = await renew();
    await deliver("asked");
    await holds("asked", leaf);
    const before = await world.deployment("asked");
    await rename(edge(), `${edge()}.gone`);
    await renew();
    await world.reason("asked", "DifferentVolume");
    await world.request("asked", "mine");
    const last = await renew();
    await holds("asked", last);
    const { status } = await world.deployment("asked");
    expect(status?.targets?.[0]?.place?.address).not.toBe(before.status?.targets?.[0]?.place?.address);
  });
});

it("without --filesystem-root no files are written, and the store and its users say which flag is missing", async () => {
  await world.stop();
  await world.start(["--watch-namespaces="]);
  const { stdout } = await eventually("the store to be stalled", async () => {
    const path = "jsonpath={.status.conditions[?(@.type=='Stalled')].message}";
    const got = await plane.kubectl(["get", "clustercertificatestore", "files", "-o", path]);
    return got.stdout.includes("--filesystem-root") ? got : undefined;
  });
  expect(stdout).toBe(
    "The operator writes no files: mount a volume into its pod and start it with --filesystem-root=<path>.",
  );
  await deliver("rootless");
  await world.reason("rootless", "NoFilesystemRoot");
});
