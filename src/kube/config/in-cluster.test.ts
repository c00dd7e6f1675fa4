import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ClusterConfig } from "./cluster-config.ts";
import { loadInClusterConfig } from "./in-cluster.ts";
import { CA_PEM, OTHER_CA_PEM } from "../testing/certificates.ts";

const env = { KUBERNETES_SERVICE_HOST: "10.0.0.1", KUBERNETES_SERVICE_PORT: "443" };
const { signal } = new AbortController();

async function mounted(files: Record<string, string> = {}): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "certferry-in-cluster-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const all = { token: "t0ken\n", "ca.crt": CA_PEM, namespace: "certferry", ...files };
  await Promise.all(Object.entries(all).map(([name, content]) => writeFile(join(directory, name), content)));
  return directory;
}

function tokenOf({ credentials }: ClusterConfig, refused?: string): Promise<string> {
  if (!("token" in credentials)) throw new Error("no token");
  return credentials.token(signal, refused);
}

function caOf({ caPem }: ClusterConfig, failed?: true): Promise<string> {
  if (typeof caPem !== "function") throw new Error("no CA function");
  return caPem(failed);
}

describe("the config in a cluster", () => {
  it("comes from the environment and the mounted service account", async () => {
    const config = await loadInClusterConfig({ env, directory: await mounted() });
    expect(config.server).toBe("https://10.0.0.1:443");
    expect(config.namespace).toBe("certferry");
    await expect(tokenOf(config)).resolves.toBe("t0ken");
    await expect(caOf(config)).resolves.toBe(CA_PEM.trim());
  });

  it("puts an IPv6 address in brackets", async () => {
    const directory = await mounted();
    const config = await loadInClusterConfig({ env: { ...env, KUBERNETES_SERVICE_HOST: "fd00::1" }, directory });
    expect(config.server).toBe("https://[fd00::1]:443");
  });

  it("reads token and CA again after a minute", async () => {
    const directory = await mounted();
    let seconds = 0;
    const config = await loadInClusterConfig({ env, directory, now: () => seconds * 1000 });
    await writeFile(join(directory, "token"), "newer");
    await writeFile(join(directory, "ca.crt"), OTHER_CA_PEM);
    seconds = 59;
    expect([await tokenOf(config), await caOf(config)]).toEqual(["t0ken", CA_PEM.trim()]);
    seconds = 60;
    expect([await tokenOf(config), await caOf(config)]).toEqual(["newer", OTHER_CA_PEM.trim()]);
  });

  it("reads the token again at once when the server refuses it", async () => {
    const directory = await mounted();
    const config = await loadInClusterConfig({ env, directory });
    await writeFile(join(directory, "token"), "newer");
    await expect(tokenOf(config, "t0ken")).resolves.toBe("newer");
  });

  it("reads the CA again at once when no connection can be made", async () => {
    const directory = await mounted();
    const config = await loadInClusterConfig({ env, directory });
    await writeFile(join(directory, "ca.crt"), OTHER_CA_PEM);
    await expect(caOf(config)).resolves.toBe(CA_PEM.trim());
    await expect(caOf(config, true)).resolves.toBe(OTHER_CA_PEM.trim());
    await expect(caOf(config)).resolves.toBe(OTHER_CA_PEM.trim());
  });

  it("goes on with the last token when the file is away for a moment", async () => {
    const directory = await mounted();
    let seconds = 0;
    const config = await loadInClusterConfig({ env, directory, now: () => seconds * 1000 });
    await rm(join(directory, "token"));
    seconds = 61;
    await expect(tokenOf(config)).resolves.toBe("t0ken");
  });
});

describe("without", () => {
  it("the environment: says that this is no pod", async () => {
    await expect(loadInClusterConfig({ env: {}, directory: await mounted() })).rejects.toThrow(
      "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set, so this is not a pod: give a kubeconfig",
    );
  });

  it("the token: names the file and what to do", async () => {
    const directory = await mounted();
    await rm(join(directory, "token"));
    await expect(loadInClusterConfig({ env, directory })).rejects.toThrow(
      /cannot read .*\/token \(ENOENT.*\): the pod needs a service account/,
    );
  });

  it("anything in the token file: says so", async () => {
    const directory = await mounted({ token: "\n" });
    await expect(loadInClusterConfig({ env, directory })).rejects.toThrow(/\/token is empty/);
  });

  it("a certificate in ca.crt: says so", async () => {
    const directory = await mounted({ "ca.crt": "nonsense" });
    await expect(loadInClusterConfig({ env, directory })).rejects.toThrow(/\/ca\.crt is not a PEM certificate/);
  });
});
