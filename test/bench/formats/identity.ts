import { execFile } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Bundle } from "../../../src/formats/index.ts";

const exec = promisify(execFile);

/** An RSA key with its certificate, for us and, in files, for others. */
export interface BenchIdentity {
  readonly folder: string;
  readonly keyFile: string;
  readonly certificateFile: string;
  readonly bundle: Bundle & { readonly key: Buffer };
}

export async function benchIdentity(): Promise<BenchIdentity> {
  const folder = await mkdtemp(join(tmpdir(), "certferry-bench-"));
  const [keyFile, certificateFile] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
  const subject = ["-subj", "/CN=web", "-days", "3650", "-newkey", "rsa:2048", "-nodes"];
  await exec("openssl", ["req", "-x509", ...subject, "-keyout", keyFile, "-out", certificateFile]);
  const key = createPrivateKey(await readFile(keyFile)).export({ format: "der", type: "pkcs8" });
  const leaf = new X509Certificate(await readFile(certificateFile)).raw;
  return { folder, keyFile, certificateFile, bundle: { leaf, chain: [], key, trusted: [] } };
}

export async function output(command: string, args: readonly string[]): Promise<string> {
  return (await exec(command, args)).stdout;
}
