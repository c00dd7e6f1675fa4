import { createPrivateKey } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bundle, encode, type Pkcs12Profile } from "../../src/formats/index.ts";
import { chainFor, type Issued } from "../fixtures/pki.ts";
import { goProgram } from "../go-program.ts";
import { certtool } from "./readers/certtool.ts";
import { go } from "./readers/go.ts";
import { keytool } from "./readers/keytool.ts";
import { nodeTls } from "./readers/node-tls.ts";
import { openssl, opensslLegacy } from "./readers/openssl.ts";
import { ours } from "./readers/ours.ts";
import { pk12util } from "./readers/pk12util.ts";
import { type Found, found, type KeystoreReader } from "./readers/reader.ts";
import { atLeast } from "./tool.ts";

const profiles = ["LegacyRC2", "LegacyDES", "Modern2023", "Modern2026", "Passwordless"] as const;
const readers = [openssl, opensslLegacy, keytool, go, certtool, pk12util, nodeTls, ours];

let folder: string;
let keystore: Found;
let truststore: Found;

const file = (content: string, profile: Pkcs12Profile): string => join(folder, `${content}-${profile}.p12`);
const passwordOf = (profile: Pkcs12Profile): string => (profile === "Passwordless" ? "" : "changeit-42");

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "certferry-interop-"));
  const { root, intermediate, leaf } = await chainFor("web.example.com");
  const raw = ({ certificate }: Issued): Buffer => Buffer.from(certificate.rawData);
  const key = createPrivateKey(leaf.keyPem);
  const bundle: Bundle = {
    leaf: raw(leaf),
    chain: [raw(intermediate)],
    root: raw(root),
    key: key.export({ format: "der", type: "pkcs8" }),
    trusted: [raw(root), raw(intermediate)],
  };
  keystore = found([bundle.leaf, ...bundle.chain, raw(root)], [key]);
  truststore = found(bundle.trusted, []);
  for (const profile of profiles) {
    const options = { format: "PKCS12", profile, password: Buffer.from(passwordOf(profile)), alias: "web" } as const;
    await writeFile(file("Keystore", profile), await encode(bundle, { ...options, root: "Include" }));
    await writeFile(file("Truststore", profile), await encode(bundle, { ...options, content: "Truststore" }));
  }
  if ((await go.version()) !== undefined) await goProgram("pkcs12");
}, 300_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Every file, with why this version of the program cannot read it, where it cannot. */
function cellsOf(reader: KeystoreReader, version: string) {
  const contents = reader.keepsTrust ? (["Keystore", "Truststore"] as const) : (["Keystore"] as const);
  return contents.flatMap((content) =>
    profiles.map((profile) => {
      const limit = reader.cannot[profile];
      const met = limit?.until !== undefined && atLeast(version, limit.until);
      const other = limit?.content !== undefined && limit.content !== content;
      return { content, profile, reason: met || other ? undefined : limit?.reason };
    }),
  );
}

for (const reader of readers) {
  const version = await reader.version();
  describe.skipIf(version === undefined)(`${reader.name} ${version}`, () => {
    const cells = cellsOf(reader, version ?? "");
    const read = (content: "Keystore" | "Truststore", profile: Pkcs12Profile) =>
      reader.read({ file: file(content, profile), password: passwordOf(profile), content });

    it.each(cells.filter(({ reason }) => reason === undefined))(
      "reads a $content of profile $profile",
      async ({ content, profile }) => {
        expect(await read(content, profile)).toEqual(content === "Keystore" ? keystore : truststore);
      },
    );

    it.each(cells.filter(({ reason }) => reason !== undefined))(
      "does not read a $content of profile $profile: $reason",
      async ({ content, profile }) => {
        const result = await read(content, profile).catch(() => "refused");
        expect(result).not.toEqual(content === "Keystore" ? keystore : truststore);
      },
    );
  });
}
