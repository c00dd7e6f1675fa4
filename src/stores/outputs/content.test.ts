import { beforeAll, describe, expect, it } from "vitest";
import { chainFor, type Issued } from "../../../test/fixtures/pki.ts";
import { bundleOf, decode } from "../../formats/index.ts";
import type { Desired } from "../contract.ts";
import { certificateKeys, contentOf, keystoresOf, passwordRefs } from "./content.ts";
import { keysOf, type Output, type Outputs } from "./output.ts";

let root: Issued;
let intermediate: Issued;
let leaf: Issued;
beforeAll(async () => {
  ({ root, intermediate, leaf } = await chainFor("web.example.com"));
});

function target(...outputs: Output[]): Outputs {
  return { outputs };
}

async function desired(pems: readonly string[], chain: Partial<Desired["chain"]> = {}, ca?: string): Promise<Desired> {
  const trusted = ca === undefined ? undefined : await decode(Buffer.from(ca));
  const bundle = bundleOf(await decode(Buffer.from(pems.join(""))), { now: new Date(), ca: trusted });
  return { bundle, chain: { include: true, root: "Exclude", ...chain }, mark: "m" };
}

async function written(wanted: Outputs, from: Desired): Promise<Record<string, string>> {
  return Object.fromEntries([...(await contentOf(wanted, from))].map(([key, value]) => [key, value.toString()]));
}

describe("what lies under the names of a place", () => {
  it("is leaf, chain, key and the CA certificates that the source trusts, for TLS", async () => {
    const from = await desired([leaf.pem, intermediate.pem, leaf.keyPem], {}, root.pem);
    expect(await written(target({ format: "TLS" }), from)).toEqual({
      "tls.crt": leaf.pem + intermediate.pem,
      "tls.key": leaf.keyPem,
      "ca.crt": root.pem,
    });
  });

  it("has the chain's root as ca.crt, whatever the chain options say", async () => {
    const from = await desired([leaf.pem, intermediate.pem, root.pem, leaf.keyPem], { include: false });
    expect(await written(target({ format: "TLS" }), from)).toEqual({
      "tls.crt": leaf.pem,
      "tls.key": leaf.keyPem,
      "ca.crt": root.pem,
    });
  });

  it("has no ca.crt where no CA is known", async () => {
    const from = await desired([leaf.pem, intermediate.pem, leaf.keyPem]);
    expect(Object.keys(await written(target({ format: "TLS" }), from))).toEqual(["tls.crt", "tls.key"]);
  });

  it("is three files of a folder, for TLS with a name", async () => {
    const from = await desired([leaf.pem, leaf.keyPem]);
    const output: Output = { format: "TLS", key: "lb" };
    expect(await written(target(output), from)).toEqual({ "lb/tls.crt": leaf.pem, "lb/tls.key": leaf.keyPem });
    expect(keysOf(output)).toEqual(["lb/tls.crt", "lb/tls.key", "lb/ca.crt"]);
    expect(certificateKeys(target(output))).toEqual(["lb/tls.crt"]);
  });

  it("is what each output asks for", async () => {
    const from = await desired([leaf.pem, intermediate.pem, root.pem, leaf.keyPem], { root: "Include" });
    const outputs = target(
      { format: "PEM", key: "chain.pem", content: "Chain" },
      { format: "PEM", key: "key.pem", content: "Key" },
      { format: "CombinedPEM", key: "all.pem" },
    );
    expect(await written(outputs, from)).toEqual({
      "chain.pem": intermediate.pem + root.pem,
      "key.pem": leaf.keyPem,
      "all.pem": leaf.keyPem + leaf.pem + intermediate.pem + root.pem,
    });
  });

  it("is DER of the leaf or of the key, and PKCS7 of the certificates", async () => {
    const from = await desired([leaf.pem, intermediate.pem, root.pem, leaf.keyPem]);
    const outputs = target(
      { format: "DER", key: "web.cer" },
      { format: "DER", key: "web.key", content: "Key" },
      { format: "PKCS7", key: "web.p7b" },
      { format: "PKCS7", key: "chain.p7b", content: "Chain" },
    );
    const content = await contentOf(outputs, from);
    expect(content.get("web.cer")).toEqual(from.bundle.leaf);
    expect(content.get("web.key")).toEqual(from.bundle.key);
    const read = async (key: string) =>
      (await decode(content.get(key) ?? Buffer.alloc(0))).certificates.map(({ der }) => der);
    expect(await read("web.p7b")).toEqual([from.bundle.leaf, ...from.bundle.chain]);
    expect(await read("chain.p7b")).toEqual(from.bundle.chain);
  });

  it("is a keystore under its key and one of what is trusted under another, where anything is", async () => {
    const output = {
      format: "PKCS12" as const,
      key: "k",
      truststoreKey: "t",
      passwordSecretRef: { name: "p", key: "x" },
    };
    const previous = { ...output, previousPasswordSecretRef: { name: "p", key: "y" } };
    const secret = ({ name, key }: { name: string; key: string }) => Buffer.from(`${name}/${key}`);
    const rooted = await desired([leaf.pem, intermediate.pem, root.pem, leaf.keyPem]);
    expect(keysOf(output)).toEqual(["k", "t"]);
    expect(keystoresOf(target(previous), rooted, { secret })).toMatchObject([
      { key: "k", options: { format: "PKCS12", password: Buffer.from("p/x") }, previous: Buffer.from("p/y") },
      { key: "t", options: { content: "Truststore", password: Buffer.from("p/x") } },
    ]);
    const without = await desired([leaf.pem, intermediate.pem, leaf.keyPem]);
    expect(keystoresOf(target(output), without, { secret }).map(({ key }) => key)).toEqual(["k"]);
    expect(passwordRefs(target(previous))).toEqual([
      { name: "p", key: "x" },
      { name: "p", key: "y" },
    ]);
  });

  it("cannot be had where an output needs the key and there is none; the message names the output", async () => {
    const from = await desired([leaf.pem]);
    const error = { name: "TerminalError", reason: "NoPrivateKey" };
    await expect(contentOf(target({ format: "CombinedPEM", key: "all.pem" }), from)).rejects.toMatchObject({
      ...error,
      message: expect.stringContaining("Output CombinedPEM (all.pem): The private key is asked for"),
    });
    await expect(contentOf(target({ format: "TLS" }), from)).rejects.toMatchObject(error);
  });

  it("shows the leaf only under keys that hold one", () => {
    const outputs = target(
      { format: "PEM", key: "key.pem", content: "Key" },
      { format: "PEM", key: "chain.pem", content: "Chain" },
      { format: "TLS" },
      { format: "PEM", key: "web.pem" },
      { format: "PKCS12", key: "web.p12" },
    );
    expect(certificateKeys(outputs)).toEqual(["tls.crt", "web.pem"]);
  });
});
