import { beforeAll, describe, expect, it } from "vitest";
import { chainFor, type Issued } from "../../../test/fixtures/pki.ts";
import type { KubernetesOutput, KubernetesTarget } from "../../crds/index.ts";
import { bundleOf, decode } from "../../formats/index.ts";
import type { Desired } from "../contract.ts";
import { certificateKeys, contentOf } from "./content.ts";

let root: Issued;
let intermediate: Issued;
let leaf: Issued;
beforeAll(async () => {
  ({ root, intermediate, leaf } = await chainFor("web.example.com"));
});

function target(...outputs: KubernetesOutput[]): KubernetesTarget {
  return { name: "web", outputs };
}

async function desired(pems: readonly string[], chain: Partial<Desired["chain"]> = {}, ca?: string): Promise<Desired> {
  const trusted = ca === undefined ? undefined : await decode(Buffer.from(ca));
  const bundle = bundleOf(await decode(Buffer.from(pems.join(""))), { now: new Date(), ca: trusted });
  return { bundle, chain: { include: true, root: "Exclude", ...chain }, mark: "m" };
}

async function written(wanted: KubernetesTarget, from: Desired): Promise<Record<string, string>> {
  return Object.fromEntries([...(await contentOf(wanted, from))].map(([key, value]) => [key, value.toString()]));
}

describe("what lies under the keys of a Secret", () => {
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
    );
    expect(certificateKeys(outputs)).toEqual(["tls.crt", "web.pem"]);
  });
});
