/**
 * How fast `src/formats` is, against other programs and libraries in the same run: `npm run bench:formats`. Needs openssl,
 * gcc with libcrypto's headers, and a JDK. Ends with one table; docs/formats.md says what it means.
 */
import { rm } from "node:fs/promises";
import { availableParallelism, loadavg } from "node:os";
import { type Row, table } from "../table.ts";
import { certificateRows } from "./certificates.ts";
import { eventLoopRows } from "./event-loop.ts";
import { benchIdentity, output } from "./identity.ts";
import { jksRows } from "./jks.ts";
import { pemRows } from "./pem.ts";
import { pkcs12Rows, pkijsRows } from "./pkcs12.ts";

const identity = await benchIdentity();
try {
  const rows: Row[] = [
    ...(await pkcs12Rows(identity)),
    ...(await pkijsRows(identity)),
    ...(await jksRows(identity)),
    ...(await certificateRows()),
    ...(await pemRows()),
    ...(await eventLoopRows(identity)),
  ];
  const openssl = (await output("openssl", ["version"])).trim();
  const machine = `${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}`;
  console.log(
    `${machine}, Node ${process.version} with OpenSSL ${process.versions.openssl}, libcrypto of ${openssl}\n`,
  );
  console.log(table(rows));
  process.exitCode = rows.some(({ met }) => met === false) ? 1 : 0;
} finally {
  await rm(identity.folder, { recursive: true, force: true });
}
