import { createPrivateKey } from "node:crypto";
import { readFile } from "node:fs/promises";
import { decode } from "../../../src/formats/index.ts";
import { found, type KeystoreReader } from "./reader.ts";

export const ours: KeystoreReader = {
  name: "our reader",
  version: () => Promise.resolve("0"),
  async read({ file, password }) {
    const { certificates, keys } = await decode(await readFile(file), { password: Buffer.from(password) });
    return found(
      certificates.map(({ der }) => der),
      keys.map(({ pkcs8 }) => createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" })),
    );
  },
  keepsTrust: true,
  cannot: {},
};
