import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { newestEnvtest, search } from "./binaries.ts";

const all = ["etcd", "kube-apiserver", "kubectl"];

async function folders(content: Record<string, readonly string[]>): Promise<(name: string) => string> {
  const root = await mkdtemp(join(tmpdir(), "certferry-binaries-"));
  onTestFinished(() => rm(root, { recursive: true }));
  for (const [folder, names] of Object.entries(content)) {
    await mkdir(join(root, folder));
    for (const name of names) await writeFile(join(root, folder, name), "");
  }
  return (name) => join(root, name);
}

it("KUBEBUILDER_ASSETS comes before setup-envtest's folder, the cache and PATH", async () => {
  const at = await folders({ assets: all, envtest: all, cache: all, bin: all });
  const places = {
    kubebuilderAssets: at("assets"),
    setupEnvtest: at("envtest"),
    cache: at("cache"),
    path: [at("bin")],
  };
  expect(search(places)?.etcd).toBe(at("assets/etcd"));
  expect(search({ ...places, kubebuilderAssets: undefined })?.etcd).toBe(at("envtest/etcd"));
  expect(search({ ...places, kubebuilderAssets: undefined, setupEnvtest: undefined })?.etcd).toBe(at("cache/etcd"));
});

it("a folder that lacks a program is passed over", async () => {
  const at = await folders({ envtest: ["etcd", "kubectl"], bin: ["etcd", "kubectl"], sbin: ["kube-apiserver"] });
  const places = {
    kubebuilderAssets: undefined,
    setupEnvtest: at("envtest"),
    cache: at("cache"),
    path: [at("bin"), at("sbin")],
  };
  expect(search(places)).toEqual({
    etcd: at("bin/etcd"),
    "kube-apiserver": at("sbin/kube-apiserver"),
    kubectl: at("bin/kubectl"),
  });
  expect(search({ ...places, path: [at("bin")] })).toBeUndefined();
});

it("a KUBEBUILDER_ASSETS that lacks a program is refused, with what to do", async () => {
  const at = await folders({ assets: ["etcd"], cache: all });
  const places = { kubebuilderAssets: at("assets"), setupEnvtest: undefined, cache: at("cache"), path: [] };
  expect(() => search(places)).toThrow(
    /KUBEBUILDER_ASSETS names .*\/assets, which lacks one of etcd, kube-apiserver, kubectl: correct it, or unset it\./,
  );
});

it("of setup-envtest's versions the newest for this machine is taken", () => {
  const names = ["1.9.1-linux-amd64", "1.36.0-linux-amd64", "1.37.0-linux-arm64"];
  expect(newestEnvtest(names, "linux-amd64")).toBe("1.36.0-linux-amd64");
  expect(newestEnvtest([], "linux-amd64")).toBeUndefined();
});
