import { inFolder, run, versionOf } from "../tool.ts";
import { opensslRead } from "./openssl.ts";
import type { KeystoreReader } from "./reader.ts";

/** Java's keytool: what it reads it writes into another keystore. Java takes only ASCII in passwords of PKCS#12. */
export const keytool: KeystoreReader = {
  name: "keytool",
  version: () => versionOf("java", ["-version"], /version "(\d+)/),
  read: ({ file, password }) =>
    inFolder(async (folder) => {
      const source = ["-srckeystore", file, "-srcstoretype", "PKCS12", "-srcstorepass", password];
      const target = ["-destkeystore", "out.p12", "-deststoretype", "PKCS12", "-deststorepass", "changeit"];
      await run("keytool", ["-importkeystore", "-noprompt", ...source, ...target], folder);
      return opensslRead({ file: `${folder}/out.p12`, password: "changeit" }, []);
    }),
  keepsTrust: true,
  cannot: {
    Modern2026: { reason: "PBMAC1 came with Java 26", until: "26" },
    Passwordless: { reason: "Java passes over keys in the clear", content: "Keystore" },
  },
};
