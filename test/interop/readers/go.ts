import { createPrivateKey } from "node:crypto";
import { goProgram } from "../../go-program.ts";
import { run, versionOf } from "../tool.ts";
import { found, type KeystoreReader } from "./reader.ts";

/** go-pkcs12, which cert-manager writes and reads with. */
export const go: KeystoreReader = {
  name: "go-pkcs12",
  version: () => versionOf("go", ["version"], /go(\d+\.\d+)/),
  async read({ file, password, content }) {
    const program = await goProgram("pkcs12");
    const text = await run(program, [content.toLowerCase(), file, password]);
    const { keys, certificates } = JSON.parse(text) as { keys: string[]; certificates: string[] };
    const bytes = (base64: string): Buffer => Buffer.from(base64, "base64");
    return found(
      certificates.map(bytes),
      keys.map((key) => createPrivateKey({ key: bytes(key), format: "der", type: "pkcs8" })),
    );
  },
  keepsTrust: true,
  cannot: {},
};
