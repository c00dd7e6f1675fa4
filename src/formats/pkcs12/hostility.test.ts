import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { issue } from "../../../test/fixtures/pki.ts";
import { decode, type Decoded, encode, FormatError, type Pkcs12Profile } from "../index.ts";

const password = Buffer.from("changeit");
const limits = { iterations: 2_000, totalIterations: 8_000 };
const authenticated = ["LegacyRC2", "LegacyDES", "Modern2023", "Modern2026"] as const;

let files: ReadonlyMap<Pkcs12Profile, Buffer>;

beforeAll(async () => {
  const leaf = await issue({ subject: "CN=web" });
  const { keys } = await decode(Buffer.from(leaf.keyPem));
  const bundle = {
    leaf: Buffer.from(leaf.certificate.rawData),
    chain: [],
    key: keys[0]?.pkcs8 ?? Buffer.alloc(0),
    trusted: [],
  };
  const write = async (profile: Pkcs12Profile) =>
    [profile, await encode(bundle, { format: "PKCS12", profile, password, iterations: 1, alias: "web" })] as const;
  files = new Map(await Promise.all([...authenticated, "Passwordless" as const].map(write)));
});

const file = (profile: Pkcs12Profile): Buffer => files.get(profile) ?? Buffer.alloc(0);

/** What a reader makes of bytes: contents, or `refused` by a typed error. Anything else fails the test. */
async function outcome(bytes: Buffer, secret: Buffer | undefined = password): Promise<unknown> {
  try {
    const { certificates, keys } = await decode(bytes, { password: secret, format: "PKCS12", limits });
    return { certificates, keys };
  } catch (error) {
    if (error instanceof FormatError) return "refused";
    throw error;
  }
}

function changed(bytes: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = value;
  return copy;
}

async function contentsOf(bytes: Buffer): Promise<Pick<Decoded, "certificates" | "keys">> {
  const { certificates, keys } = await decode(bytes, { password });
  return { certificates, keys };
}

/** Which of the changed keystores are read as something else than `expected`, or accepted where nothing may be. */
async function accepted(
  changes: Iterable<readonly [name: string, bytes: Buffer]>,
  expected: Awaited<ReturnType<typeof contentsOf>> | undefined,
): Promise<string[]> {
  const names: string[] = [];
  for (const [name, bytes] of changes) {
    const result = await outcome(bytes);
    if (result !== "refused" && !isDeepStrictEqual(result, expected)) names.push(name);
  }
  return names;
}

function* cuts(bytes: Buffer) {
  for (let length = 0; length < bytes.length; length++) {
    yield [`cut after ${length} bytes`, bytes.subarray(0, length)] as const;
  }
}

function* flips(bytes: Buffer) {
  for (const [at, byte] of bytes.entries()) {
    for (let bit = 0; bit < 8; bit++)
      yield [`bit ${bit} of byte ${at}`, changed(bytes, at, byte ^ (1 << bit))] as const;
  }
}

/** Every byte may be a length, and is given values that are bad for one. */
function* lengths(bytes: Buffer) {
  for (const [at, byte] of bytes.entries()) {
    for (const value of [0, byte + 1, byte - 1, 0x7f, 0x80, 0x81, 0x84, 0xff]) {
      yield [`byte ${at} set to ${value}`, changed(bytes, at, value & 0xff)] as const;
    }
  }
}

describe("a PKCS#12 keystore in hostile hands", { timeout: 60_000 }, () => {
  it.each([...authenticated, "Passwordless"] as const)("is refused when it is cut anywhere (%s)", async (profile) => {
    expect(await accepted(cuts(file(profile)), undefined)).toEqual([]);
  });

  it.each(authenticated)("gives nothing else when any bit is flipped (%s)", async (profile) => {
    const bytes = file(profile);
    expect(await accepted(flips(bytes), await contentsOf(bytes))).toEqual([]);
  });

  it.each(authenticated)("gives nothing else when any length is changed (%s)", async (profile) => {
    const bytes = file(profile);
    expect(await accepted(lengths(bytes), await contentsOf(bytes))).toEqual([]);
  });

  it("never ends in an untyped error where nothing protects it", async () => {
    const bytes = file("Passwordless");
    const patch = fc.uint8Array({ minLength: 1, maxLength: 8 });
    const property = fc.asyncProperty(fc.nat(bytes.length - 1), patch, async (at, bytesThere) => {
      const copy = Buffer.from(bytes);
      copy.set(bytesThere.subarray(0, copy.length - at), at);
      await outcome(copy, undefined);
    });
    await expect(fc.assert(property, { numRuns: 3_000 })).resolves.toBeUndefined();
  });

  it(
    "never ends in an untyped error over bytes at random, with or without a likely start",
    { timeout: 60_000 },
    async () => {
      const start = fc.constantFrom("", "30", "3080020103", "30820100020103", "308002010330800609");
      const property = fc.asyncProperty(start, fc.uint8Array({ maxLength: 200 }), async (hex, rest) => {
        await outcome(Buffer.concat([Buffer.from(hex, "hex"), rest]));
      });
      await expect(fc.assert(property, { numRuns: 3_000 })).resolves.toBeUndefined();
    },
  );
});
