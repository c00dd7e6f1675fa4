import { inFolder, run, versionOf } from "../tool.ts";
import { opensslRead } from "./openssl.ts";
import type { KeystoreReader } from "./reader.ts";

/** NSS: what it reads goes into a data base, and out of that under the leaf's nickname, with its chain. */
export const pk12util: KeystoreReader = {
  name: "pk12util",
  version: () =>
    versionOf("dpkg-query", ["-W", "-f", "version ${Version}", "libnss3-tools"], /version (?:\d+:)?(\d+\.\d+)/),
  read: ({ file, password }) =>
    inFolder(async (folder) => {
      const store = ["-d", `sql:${folder}`];
      await run("certutil", ["-N", ...store, "--empty-password"]);
      await run("pk12util", ["-i", file, ...store, "-W", password, "-K", ""]);
      await run("pk12util", ["-o", "out.p12", "-n", "web", ...store, "-W", "changeit", "-K", ""], folder);
      return opensslRead({ file: `${folder}/out.p12`, password: "changeit" }, []);
    }),
  keepsTrust: false,
  cannot: {
    Modern2026: { reason: "PBMAC1 came with NSS 3.103", until: "3.103" },
    Passwordless: { reason: "NSS refuses keystores without a MAC" },
  },
};
