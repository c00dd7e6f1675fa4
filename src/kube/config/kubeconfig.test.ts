import { execFile } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { stringify } from "yaml";
import { CA_PEM } from "../testing/certificates.ts";
import { loadKubeconfig } from "./kubeconfig.ts";

const { signal } = new AbortController();
const caData = Buffer.from(CA_PEM).toString("base64");

// It is large, and the first test would load it within its own time.
beforeAll(() => import("@kubernetes/client-node"), 60_000);

interface Parts {
  cluster?: object;
  user?: object;
}

async function folder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "certferry-kubeconfig-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

async function written({ cluster = {}, user = { token: "t0ken" } }: Parts, directory?: string): Promise<string> {
  const path = join(directory ?? (await folder()), "config");
  const content = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      { name: "c", cluster: { server: "https://api.example.com", "certificate-authority-data": caData, ...cluster } },
    ],
    users: [{ name: "u", user }],
    contexts: [
      { name: "one", context: { cluster: "c", user: "u", namespace: "web" } },
      { name: "two", context: { cluster: "c", user: "u" } },
    ],
    "current-context": "one",
  };
  await writeFile(path, stringify(content));
  return path;
}

/** An exec plug-in that answers this status, and how often it ran. */
async function plugin(directory: string, status: string): Promise<object> {
  const path = join(directory, "plugin.sh");
  const credential = `{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":${status}}`;
  await writeFile(
    path,
    `#!/bin/sh\necho run >> ${directory}/runs\nn=$(wc -l < ${directory}/runs | tr -d ' ')\necho '${credential}' | sed "s/RUN/$n/"\n`,
  );
  await chmod(path, 0o755);
  return { exec: { apiVersion: "client.authentication.k8s.io/v1", command: path, interactiveMode: "Never" } };
}

async function tokens(path: string, ...refused: (string | undefined)[]): Promise<string[]> {
  const { credentials } = await loadKubeconfig(path);
  if (!("token" in credentials)) throw new Error("no token");
  const given: string[] = [];
  for (const one of refused) given.push(await credentials.token(signal, one));
  return given;
}

describe("a kubeconfig", () => {
  it("gives server, CA, name, namespace of its current context", async () => {
    const config = await loadKubeconfig(await written({ cluster: { "tls-server-name": "kubernetes" } }));
    expect(config).toMatchObject({
      server: "https://api.example.com",
      caPem: CA_PEM,
      serverName: "kubernetes",
      namespace: "web",
    });
  });

  it("gives another context when asked", async () => {
    const config = await loadKubeconfig(await written({}), "two");
    expect(config.namespace).toBeUndefined();
  });

  it("gives a token", async () => {
    await expect(tokens(await written({}), undefined)).resolves.toEqual(["t0ken"]);
  });

  it("gives the token that is in the file now when the old one is refused", async () => {
    const directory = await folder();
    const path = await written({}, directory);
    const { credentials } = await loadKubeconfig(path);
    await written({ user: { token: "newer" } }, directory);
    if (!("token" in credentials)) throw new Error("no token");
    expect(await credentials.token(signal)).toBe("t0ken");
    expect(await credentials.token(signal, "t0ken")).toBe("newer");
    expect(await credentials.token(signal)).toBe("newer");
  });

  it("gives a client certificate", async () => {
    const user = {
      "client-certificate-data": Buffer.from("CERT").toString("base64"),
      "client-key-data": Buffer.from("KEY").toString("base64"),
    };
    const { credentials } = await loadKubeconfig(await written({ user }));
    expect(credentials).toEqual({ clientCertificate: { certPem: "CERT", keyPem: "KEY" } });
  });

  it("reads a CA from the file it names, relative to its own folder", async () => {
    const directory = await folder();
    await writeFile(join(directory, "ca.pem"), CA_PEM);
    const cluster = { "certificate-authority-data": undefined, "certificate-authority": "ca.pem" };
    const { caPem } = await loadKubeconfig(await written({ cluster }, directory));
    expect(typeof caPem === "function" ? await caPem() : caPem).toBe(CA_PEM.trim());
  });

  it("asks an exec plug-in once, and again when the server refuses its token", async () => {
    const directory = await folder();
    const path = await written({ user: await plugin(directory, '{"token":"run-RUN"}') }, directory);
    await expect(tokens(path, undefined, undefined, "run-1", "run-1")).resolves.toEqual([
      "run-1",
      "run-1",
      "run-2",
      "run-2",
    ]);
  });

  it("takes a client certificate from an exec plug-in", async () => {
    const directory = await folder();
    const user = await plugin(directory, '{"clientCertificateData":"CERT","clientKeyData":"KEY"}');
    const { credentials } = await loadKubeconfig(await written({ user }, directory));
    const certificate = "clientCertificate" in credentials ? credentials.clientCertificate : undefined;
    expect(typeof certificate === "function" ? await certificate() : certificate).toEqual({
      certPem: "CERT",
      keyPem: "KEY",
    });
  });
});

describe("a kubeconfig is refused", () => {
  it("when it is not there, with what to do", async () => {
    await expect(loadKubeconfig("/nowhere/config")).rejects.toThrow(
      "there is no kubeconfig /nowhere/config: give one with --kubeconfig or KUBECONFIG",
    );
  });

  it("when it lacks the context, with those it has", async () => {
    const path = await written({});
    await expect(loadKubeconfig(path, "three")).rejects.toThrow(`${path} has no context "three"; it has one, two`);
  });

  it("when it is not YAML", async () => {
    const path = join(await folder(), "config");
    await writeFile(path, "{");
    await expect(loadKubeconfig(path)).rejects.toThrow(`cannot read the kubeconfig ${path}`);
  });

  it.each<[string, Parts]>([
    [
      "insecure-skip-tls-verify",
      { cluster: { "insecure-skip-tls-verify": true, "certificate-authority-data": undefined } },
    ],
    ["proxy-url", { cluster: { "proxy-url": "http://proxy.example.com" } }],
    ["impersonation (as)", { user: { token: "t", as: "admin" } }],
    ["username and password", { user: { username: "u", password: "p" } }],
  ])("for %s", async (what, parts) => {
    await expect(loadKubeconfig(await written(parts))).rejects.toThrow(what);
  });

  it("when its CA is no certificate", async () => {
    const path = await written({ cluster: { "certificate-authority-data": "bm9uZQ==" } });
    await expect(loadKubeconfig(path)).rejects.toThrow(`${path}: certificate-authority-data is not a PEM certificate`);
  });

  it("when its plug-in fails, with the plug-in's words", async () => {
    const user = { exec: { apiVersion: "client.authentication.k8s.io/v1", command: "/nowhere/plugin" } };
    await expect(loadKubeconfig(await written({ user }))).rejects.toThrow(
      /no credentials for user "u": spawn \/nowhere\/plugin ENOENT/,
    );
  });
});

it("@kubernetes/client-node is not loaded before a kubeconfig is", async () => {
  const door = fileURLToPath(new URL("../index.ts", import.meta.url));
  const script = `
    import { registerHooks } from "node:module";
    const seen = [];
    registerHooks({ resolve: (name, context, next) => { seen.push(name); return next(name, context); } });
    const { loadKubeconfig } = await import(${JSON.stringify(door)});
    const loaded = () => seen.includes("@kubernetes/client-node");
    const before = loaded();
    await loadKubeconfig("/nowhere").catch(() => {});
    console.log(before, loaded());`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script]);
  expect(stdout).toBe("false true\n");
});
