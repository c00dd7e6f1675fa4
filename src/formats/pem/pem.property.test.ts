import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { chainFor, type Issued } from "../../../test/fixtures/pki.ts";
import { decode, FormatError } from "../index.ts";
import { cuts, flips, outcomes } from "../testing/changes.ts";

const password = Buffer.from("secret");

let leaf: Issued;
let root: Issued;
let text: string;
let encrypted: string;

beforeAll(async () => {
  ({ leaf, root } = await chainFor("web.example.com"));
  text = leaf.keyPem + leaf.pem + root.pem;
  encrypted = createPrivateKey(leaf.keyPem)
    .export({ format: "pem", type: "sec1", cipher: "aes-128-cbc", passphrase: "secret" })
    .toString();
});

const ders = () => [leaf, root].map(({ certificate }) => Buffer.from(certificate.rawData));
const pkcs8 = () => createPrivateKey(leaf.keyPem).export({ format: "der", type: "pkcs8" });

/** What editors, terminals and templates do to a text. */
interface Layout {
  readonly lineBreak: string;
  readonly indent: string;
  readonly trailing: string;
  readonly width: number;
  readonly between: string;
  readonly encoding: "utf8" | "utf16le" | "utf16be";
  readonly mark: boolean;
}

const layouts: fc.Arbitrary<Layout> = fc.record({
  lineBreak: fc.constantFrom("\n", "\r\n", "\r", " ", "", "\n\n", "\t\n"),
  indent: fc.constantFrom("", "  ", "\t", "        "),
  trailing: fc.constantFrom("", " ", " \t "),
  width: fc.integer({ min: 1, max: 200 }),
  between: fc.constantFrom("", "\n", "Bag Attributes\n    friendlyName: web\n", "# Zertifikat für Ä\r\n", "-- \n"),
  encoding: fc.constantFrom("utf8", "utf16le", "utf16be"),
  mark: fc.boolean(),
});

function laidOut(pems: readonly string[], layout: Layout): Buffer {
  const { lineBreak, indent, trailing, width, between, encoding, mark } = layout;
  const blocks = pems.map((pem) => {
    const [begin = "", ...rest] = pem.trim().split("\n");
    const end = rest.pop() ?? "";
    const lines = rest.join("").match(new RegExp(`.{1,${width}}`, "g")) ?? [];
    return [begin, ...lines, end].map((line) => `${indent}${line}${trailing}`).join(lineBreak);
  });
  const whole = `${mark ? "\u{FEFF}" : ""}${blocks.map((block) => between + block).join("")}`;
  if (encoding === "utf8") return Buffer.from(whole);
  const bytes = Buffer.from(whole, "utf16le");
  return encoding === "utf16be" ? bytes.swap16() : bytes;
}

describe("a PEM", { timeout: 60_000 }, () => {
  it("gives the same bytes however it is laid out", async () => {
    const property = fc.asyncProperty(layouts, async (layout) => {
      const { certificates, keys } = await decode(laidOut([leaf.keyPem, leaf.pem, root.pem], layout));
      expect(certificates).toEqual(ders().map((der) => ({ der })));
      expect(keys).toEqual([{ pkcs8: pkcs8() }]);
    });
    await fc.assert(property);
  });

  it("cut at any byte gives whole blocks or a refusal", async () => {
    const whole = [...ders(), pkcs8()].map((der) => der.toString("hex"));
    const read = async (bytes: Buffer) => {
      const { certificates, keys } = await decode(bytes);
      const found = [...certificates.map(({ der }) => der), ...keys.map((key) => key.pkcs8)];
      expect(whole).toEqual(expect.arrayContaining(found.map((der) => der.toString("hex"))));
    };
    expect(await outcomes(cuts(Buffer.from(text)), read)).toEqual(["Malformed", "read"]);
  });

  it.each([
    ["plain", () => text],
    ["encrypted", () => encrypted],
  ])("%s, with any character changed is read or refused in our words", async (_kind, original) => {
    const pem = original();
    const characters = fc.constantFrom("A", "/", "=", "-", "_", "\\", ":", " ", "\n", "\0", "#", "é");
    const property = fc.asyncProperty(fc.nat(pem.length - 1), characters, async (at, character) => {
      const changed = Buffer.from(pem.slice(0, at) + character + pem.slice(at + 1));
      const ends = await outcomes([changed], (bytes) => decode(bytes, { password }));
      expect(ends).not.toContainEqual(expect.stringContaining("untyped"));
    });
    await fc.assert(property, { numRuns: 500 });
  });

  it("of any bytes is read or refused in our words", async () => {
    const part = fc.constantFrom(
      "-----BEGIN ",
      "-----END ",
      "-----",
      "CERTIFICATE",
      "PRIVATE KEY",
      "\n",
      "MAMCAQU=",
      ":",
      "\0-",
    );
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
      fc.array(part).map((parts) => Buffer.from(parts.join(""))),
    );
    const property = fc.asyncProperty(bytes, async (input) => {
      await expect(decode(input)).rejects.toBeInstanceOf(FormatError);
    });
    await fc.assert(property, { numRuns: 500 });
  });
});

describe("a private key in DER", { timeout: 60_000 }, () => {
  const keys = (): Buffer[] => {
    const rsa = generateKeyPairSync("rsa", { modulusLength: 512 }).privateKey;
    const ec = createPrivateKey(leaf.keyPem);
    const secret = { cipher: "aes-256-cbc", passphrase: "secret" };
    return [
      rsa.export({ format: "der", type: "pkcs1" }),
      ec.export({ format: "der", type: "sec1" }),
      ec.export({ format: "der", type: "pkcs8" }),
      ec.export({ format: "der", type: "pkcs8", ...secret }),
    ];
  };

  it("is refused in our words cut at any byte", async () => {
    for (const bytes of keys()) {
      const ends = await outcomes(cuts(bytes), (cut) => decode(cut, { password }));
      expect(ends).toEqual(["Malformed"]);
    }
  });

  it("is read or refused in our words with any bit flipped", async () => {
    const limits = { iterations: 4_096, totalIterations: 8_192 };
    for (const bytes of keys()) {
      const ends = await outcomes(flips(bytes), (flipped) => decode(flipped, { password, limits }));
      expect(ends).not.toContainEqual(expect.stringContaining("untyped"));
    }
  });
});
