import { goProgram } from "../go-program.ts";
import type { Identity } from "./identities.ts";
import { inFolder, run } from "./tool.ts";

type Write = (identity: Identity, password: string, file: string) => Promise<void>;

export interface OpensslOptions {
  readonly cipher?: string;
  readonly mac?: string;
}

export function writeByOpenssl({ cipher, mac }: OpensslOptions): Write {
  return async ({ keyFile, certificateFile }, password, file) => {
    const ciphers = cipher === undefined ? [] : ["-keypbe", cipher, "-certpbe", cipher];
    const options = [...ciphers, ...(mac === undefined ? [] : ["-macalg", mac]), "-name", "web"];
    const input = ["-inkey", keyFile, "-in", certificateFile, "-passout", `pass:${password}`];
    await run("openssl", ["pkcs12", "-export", "-legacy", ...input, ...options, "-out", file]);
  };
}

/** Java cannot take in a key but out of a keystore. */
export function writeByKeytool(way: "today" | "legacy"): Write {
  return (identity, password, file) =>
    inFolder(async (folder) => {
      await writeByOpenssl({ cipher: "AES-128-CBC" })(identity, password, `${folder}/in.p12`);
      const source = ["-srckeystore", `${folder}/in.p12`, "-srcstoretype", "PKCS12", "-srcstorepass", password];
      const target = ["-destkeystore", file, "-deststoretype", "PKCS12", "-deststorepass", password];
      const legacy = way === "legacy" ? ["-J-Dkeystore.pkcs12.legacy"] : [];
      await run("keytool", [...legacy, "-importkeystore", "-noprompt", ...source, ...target]);
    });
}

export function writeByGo(profile: string): Write {
  return async ({ keyFile, certificateFile }, password, file) => {
    await run(await goProgram("pkcs12"), [profile, password, keyFile, certificateFile, file]);
  };
}

export function writeByCerttool(cipher: string): Write {
  return async ({ keyFile, certificateFile }, password, file) => {
    const input = ["--load-privkey", keyFile, "--load-certificate", certificateFile];
    const output = ["--outder", "--outfile", file, "--password", password, "--p12-name", "web"];
    await run("certtool", ["--to-p12", "--pkcs-cipher", cipher, ...input, ...output]);
  };
}

/** NSS writes out of its data base, into which a keystore must come first. */
export function writeByPk12util(cipher: string): Write {
  return (identity, password, file) =>
    inFolder(async (folder) => {
      await writeByOpenssl({ cipher: "AES-128-CBC" })(identity, password, `${folder}/in.p12`);
      const store = ["-d", `sql:${folder}`, "-K", "", "-W", password];
      await run("certutil", ["-N", "-d", `sql:${folder}`, "--empty-password"]);
      await run("pk12util", ["-i", `${folder}/in.p12`, ...store]);
      await run("pk12util", ["-o", file, "-n", "web", ...store, "-c", cipher, "-C", cipher]);
    });
}
