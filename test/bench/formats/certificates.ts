import { X509Certificate } from "node:crypto";
import { certificateFacts, decode, encode } from "../../../src/formats/index.ts";
import { issue } from "../../fixtures/pki.ts";
import type { Row } from "../table.ts";
import { against } from "./pkcs12.ts";
import { inWords, microseconds } from "./timing.ts";

const count = 1_500;

/** Facts of certificates, and a PKCS#7 full of them. */
export async function certificateRows(): Promise<Row[]> {
  const issuer = await issue({ subject: "CN=Issuer,O=Example", ca: true });
  const certificates: Buffer[] = [];
  for (let i = 0; i < count; i++) {
    const dnsNames = [`web-${i}.example.com`, `www.web-${i}.example.com`];
    certificates.push(Buffer.from((await issue({ subject: `CN=web-${i}`, issuer, dnsNames })).certificate.rawData));
  }
  const each = (work: (der: Buffer) => unknown) => async () => {
    for (const der of certificates) work(der);
  };
  const facts = (await microseconds(15, each(certificateFacts))) / count;
  const node =
    (await microseconds(
      2,
      each((der) => new X509Certificate(der).toLegacyObject()),
    )) / count;
  const [leaf = Buffer.alloc(0), ...chain] = certificates;
  const pkcs7 = await encode({ leaf, chain, trusted: [] }, { format: "PKCS7" });
  const reading = await microseconds(45, () => decode(pkcs7));
  return [
    { ...against("facts of a certificate", "X509Certificate", facts, node), goal: "10 us", met: facts <= 10 },
    { what: `PKCS#7 of ${count} certificates`, value: inWords(reading), goal: "20 ms", met: reading <= 20_000 },
  ];
}
