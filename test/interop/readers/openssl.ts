import { run, versionOf } from "../tool.ts";
import { type Found, foundInPem, type KeystoreReader } from "./reader.ts";

const version = (): Promise<string | undefined> => versionOf("openssl", ["version"], /OpenSSL (\d+\.\d+\.\d+)/);
const pbmac1 = { reason: "PBMAC1 came with OpenSSL 3.4", until: "3.4" };

export const openssl: KeystoreReader = {
  name: "openssl",
  version,
  read: (input) => opensslRead(input, []),
  keepsTrust: true,
  cannot: { LegacyRC2: { reason: "RC2 lies in the legacy provider, which -legacy loads" }, Modern2026: pbmac1 },
};

export const opensslLegacy: KeystoreReader = {
  name: "openssl -legacy",
  version,
  read: (input) => opensslRead(input, ["-legacy"]),
  keepsTrust: true,
  cannot: { Modern2026: pbmac1 },
};

/** Also takes out what other programs write. */
export async function opensslRead(
  { file, password }: { file: string; password: string },
  options: readonly string[],
): Promise<Found> {
  return foundInPem(await run("openssl", ["pkcs12", "-in", file, "-passin", `pass:${password}`, "-nodes", ...options]));
}
