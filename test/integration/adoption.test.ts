import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sharedControlPlane } from "../control-plane/shared.ts";
import type { Issued } from "../fixtures/pki.ts";
import { rememberSecret } from "../leaks/material.ts";
import { deployment, leafAndIssuer, named, target, World } from "./world.ts";

let world: World;
let source: Issued;

const host = "adoption.example.com";
const day = 86_400_000;

beforeAll(async () => {
  world = await World.create(sharedControlPlane(), "adoption");
  const [leaf, issuer] = await leafAndIssuer(host);
  source = leaf;
  await world.source("web-tls", leaf, [issuer]);
  await world.start();
});
afterAll(() => world.stop());

/** A Secret that somebody else has made. */
async function foreign(name: string, certificate: string, key: string): Promise<void> {
  rememberSecret(key);
  const stringData = { "tls.crt": certificate, "tls.key": key };
  await world.apply({ ...named("v1", "Secret", name, world.away), type: "kubernetes.io/tls", stringData });
}

type There = "the very leaf" | "a leaf for the same names" | "another leaf" | "no certificate";

async function lay(name: string, there: There): Promise<void> {
  if (there === "the very leaf") return foreign(name, source.pem, source.keyPem);
  if (there === "no certificate") return foreign(name, "nothing that we read", "nothing either");
  const validity = { notBefore: new Date(Date.now() - 2 * day), notAfter: new Date(Date.now() + 30 * day) };
  const [leaf] = await leafAndIssuer(there === "another leaf" ? "stranger.example.com" : host, validity);
  return foreign(name, leaf.pem, leaf.keyPem);
}

describe("what somebody else has put into a place", () => {
  it.each<[There, string, "Delivered" | "NotAdopted"]>([
    ["the very leaf", "Never", "NotAdopted"],
    ["the very leaf", "IfMatching", "Delivered"],
    ["the very leaf", "Always", "Delivered"],
    ["a leaf for the same names", "Never", "NotAdopted"],
    ["a leaf for the same names", "IfMatching", "Delivered"],
    ["another leaf", "IfMatching", "NotAdopted"],
    ["another leaf", "Always", "Delivered"],
    ["no certificate", "IfMatching", "NotAdopted"],
    ["no certificate", "Always", "Delivered"],
  ])("when it is %s, under %s: %s", async (there, adoptionPolicy, outcome) => {
    const name = `${there.replaceAll(" ", "-")}-${adoptionPolicy.toLowerCase()}`;
    await lay(name, there);
    const before = await world.secret(name);
    await world.apply(deployment(world.home, name, [target("t", world.away, name)], { adoptionPolicy }));
    const { status } = await world.reason(name, outcome);
    const after = await world.secret(name);
    const marks = Object.keys(after.metadata.annotations ?? {}).filter((key) => key.startsWith("owner.certferry.io/"));
    const adopted = outcome === "Delivered";
    expect(after.metadata.uid).toBe(before.metadata.uid);
    expect(marks).toHaveLength(adopted ? 1 : 0);
    expect(await world.writes(name)).toBe(adopted ? 1 : 0);
    expect(after.data?.["tls.crt"] === Buffer.from(source.pem).toString("base64")).toBe(
      adopted || there === "the very leaf",
    );
    expect(status?.targets?.[0]?.plan?.action).toBe(adopted ? undefined : "Update");
  });

  it("is taken over by the mark alone when it is all that we would write, and goes on being followed", async () => {
    await lay("followed", "the very leaf");
    await world.apply(deployment(world.home, "followed", [target("t", world.away, "followed")]));
    await world.reason("followed", "Delivered");
    await world.patch("followed", { spec: { adoptionPolicy: "Never" } });
    await world.reason("followed", "Delivered");
    expect(await world.writes("followed")).toBe(1);
  });

  it("stays when its adopter goes: what was there before is not ours to delete", async () => {
    await lay("lent", "the very leaf");
    await world.apply(deployment(world.home, "lent", [target("t", world.away, "lent", { deletionPolicy: "Delete" })]));
    await world.reason("lent", "Delivered");
    await world.delete("storedeployment", "lent");
    await expect.poll(() => world.isGone("storedeployment", "lent"), { timeout: 20_000 }).toBe(true);
    expect((await world.secret("lent")).type).toBe("kubernetes.io/tls");
    await expect
      .poll(() => world.told("LeftBehind", "lent"), { timeout: 20_000 })
      .toEqual([
        `Secret ${world.away}/lent stays: others have keys in it, or made it, and its type needs tls.crt and tls.key.`,
      ]);
  });

  it("beside what is ours is not overwritten by an output that is added, unless it is adopted", async () => {
    const [first, second] = ["first.pem", "second.pem"].map((key) => ({ format: "PEM", key }));
    const to = (outputs: readonly unknown[]): object => target("t", world.away, "beside", {}, { outputs });
    await world.apply(deployment(world.home, "beside", [to([first])]));
    await world.reason("beside", "Delivered");
    const [stranger] = await leafAndIssuer("stranger.example.com", {
      notBefore: new Date(Date.now() - 2 * day),
      notAfter: new Date(Date.now() + 30 * day),
    });
    const theirs = { stringData: { "second.pem": stranger.pem } };
    await world.plane.kubectl(["patch", "secret", "beside", "-n", world.away, "-p", JSON.stringify(theirs)]);
    await world.apply(deployment(world.home, "beside", [to([first, second])]));
    const { status } = await world.reason("beside", "NotAdopted");
    expect(status?.targets?.[0]?.message).toContain("The place holds the certificate CN=stranger.example.com");
    const lies = async (): Promise<string> =>
      Buffer.from((await world.secret("beside")).data?.["second.pem"] ?? "", "base64").toString();
    expect(await lies()).toBe(stranger.pem);
    await world.patch("beside", { spec: { adoptionPolicy: "Always" } });
    await world.reason("beside", "Delivered");
    expect(await lies()).toContain(source.pem);
  });
});
