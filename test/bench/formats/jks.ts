import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { toPem } from "jks-js";
import { decode, encode } from "../../../src/formats/index.ts";
import type { Row } from "../table.ts";
import { type BenchIdentity, output } from "./identity.ts";
import { against } from "./pkcs12.ts";
import { microseconds } from "./timing.ts";

const password = Buffer.from("changeit");

/** Ours against a warm JVM and jks-js, which only reads. With -Xbatch, for on a busy machine its compiler comes to nothing beside the work. */
export async function jksRows({ bundle, folder }: BenchIdentity): Promise<Row[]> {
  const write = () => encode(bundle, { format: "JKS", password, alias: "web" });
  const bytes = await write();
  const file = join(folder, "web.jks");
  await writeFile(file, bytes);
  const [javaWrite = Number.NaN, javaRead = Number.NaN] = (
    await output("java", ["-Xbatch", join(import.meta.dirname, "Jks.java"), file, password.toString()])
  )
    .split(" ")
    .map(Number);
  const ours = await microseconds(1_500, () => decode(bytes, { password }));
  return [
    against("JKS write", "JDK", await microseconds(1_500, write), javaWrite, 1.5),
    against("JKS read", "JDK", ours, javaRead, 1.5),
    against("JKS read", "jks-js", ours, await microseconds(150, () => toPem(bytes, password.toString()))),
  ];
}
