import { beforeAll, describe, expect, it } from "vitest";
import { chainFor, issue } from "../../../test/fixtures/pki.ts";
import { type Bundle, bundleOf, decode, editKeystore, encode } from "../../formats/index.ts";
import { WaitingError } from "../errors.ts";
import type { KeystoreRecord } from "./keystore-record.ts";
import { withdraw } from "./withdraw.ts";

const password = Buffer.from("of-the-keystore");
const record: KeystoreRecord = { sha256: "", profile: "JKS", aliases: ["web"], shared: true };
const signal = AbortSignal.timeout(60_000);
let ours: Bundle;
let theirs: Bundle;

beforeAll(async () => {
  const { intermediate, leaf } = await chainFor("web.example.com");
  const other = await issue({ subject: "CN=api.example.com", issuer: intermediate });
  const read = async (pems: string) => bundleOf(await decode(Buffer.from(pems)), { now: new Date() });
  ours = await read(leaf.pem + leaf.keyPem + intermediate.pem);
  theirs = await read(other.pem + other.keyPem + intermediate.pem);
});

const readSecret = (name: string) =>
  name === "missing"
    ? Promise.reject(new WaitingError("SecretMissing", "Secret missing does not exist; create it."))
    : Promise.resolve(new Map([["password", Buffer.from(name)]]));
const ref = (name: string) => ({ name, key: "password" });
const keys = ["k"];

describe.each(["PKCS12", "JKS"] as const)("what is withdrawn from a %s", (format) => {
  const own = () => encode(ours, { format, password, alias: "web" });
  const shared = async () => editKeystore(await own(), { put: theirs }, { format, password, alias: "api" });
  const how = (name: string, previous?: string) => ({
    keys,
    format,
    password: ref(name),
    ...(previous === undefined ? {} : { previous: ref(previous) }),
  });

  it.each([
    ["today's password", how("of-the-keystore")],
    ["the password before", how("of-today", "of-the-keystore")],
    ["the password before, where today's is gone", how("missing", "of-the-keystore")],
  ])("is our entry alone, with %s", async (_, opening) => {
    const withdrawn = await withdraw(await shared(), record, opening, { readSecret }, signal);
    if (!("bytes" in withdrawn)) throw new Error(JSON.stringify(withdrawn));
    const left = await decode(withdrawn.bytes, { password });
    expect(left.keys).toEqual([{ pkcs8: theirs.key, alias: "api" }]);
  });

  it("is everything, where only ours is in it", async () => {
    const withdrawn = await withdraw(await own(), record, how("of-the-keystore"), { readSecret }, signal);
    expect(withdrawn).toEqual({ empty: true });
  });

  it("is nothing, where it cannot be opened; and why is said", async () => {
    const bytes = await shared();
    const why = async (opening: ReturnType<typeof how> | undefined) => {
      const withdrawn = await withdraw(bytes, record, opening, { readSecret }, signal);
      return "why" in withdrawn ? withdrawn.why : "withdrawn";
    };
    expect(await why(how("another"))).toMatch(/password does not/);
    expect(await why(how("another"))).not.toContain("another");
    expect(await why(how("missing"))).toBe("Secret missing does not exist; create it.");
    expect(await why(undefined)).toBe("its password is not known any more");
  });
});
