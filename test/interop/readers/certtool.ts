import { writeFile } from "node:fs/promises";
import { inFolder, run, versionOf } from "../tool.ts";
import { foundInPem, type KeystoreReader } from "./reader.ts";

const encryptedKey = /-----BEGIN ENCRYPTED PRIVATE KEY-----[^-]*-----END ENCRYPTED PRIVATE KEY-----/g;
/** SHA-256 of the SubjectPublicKeyInfo. */
const publicKeyId = /Public Key ID:\s+sha256:([0-9a-f]{64})/;

/** GnuTLS. It gives keys still encrypted, and opens them when asked again. */
export const certtool: KeystoreReader = {
  name: "certtool",
  version: () => versionOf("certtool", ["--version"], /certtool (\d+\.\d+\.\d+)/),
  read: ({ file, password }) =>
    inFolder(async (folder) => {
      const text = await run("certtool", ["--p12-info", "--inder", "--infile", file, "--password", password]);
      const keys: string[] = [];
      for (const [index, pem] of (text.match(encryptedKey) ?? []).entries()) {
        const path = `${folder}/${index}.pem`;
        await writeFile(path, pem);
        const info = await run("certtool", ["--key-info", "--pkcs8", "--password", password, "--infile", path]);
        keys.push(publicKeyId.exec(info)?.[1] ?? "none");
      }
      return { ...foundInPem(text), keys: keys.toSorted() };
    }),
  keepsTrust: true,
  cannot: {
    Modern2026: { reason: "PBMAC1 came with GnuTLS 3.8.8", until: "3.8.8" },
    Passwordless: { reason: "certtool prints a keystore without a MAC, but calls it damaged" },
  },
};
