import type { Reader } from "../asn1/reader.ts";

/** An AlgorithmIdentifier: its OID and a cursor that stands before the parameters. */
export interface AlgorithmIdentifier {
  readonly oid: string;
  readonly parameters: Reader;
}

export function readAlgorithm(reader: Reader): AlgorithmIdentifier {
  const parameters = reader.sequence();
  return { oid: parameters.oid(), parameters };
}

/** Names of algorithms that are not read, for messages. */
export const strangers: Readonly<Record<string, string>> = {
  "1.2.840.113549.1.5.1": "pbeWithMD2AndDES-CBC",
  "1.2.840.113549.1.5.4": "pbeWithMD2AndRC2-CBC",
  "1.2.840.113549.2.2": "MD2",
  "1.2.643.7.1.1.2.2": "GOST R 34.11-2012 (256 bit)",
  "1.2.643.7.1.1.2.3": "GOST R 34.11-2012 (512 bit)",
  "1.2.643.7.1.1.4.1": "HMAC with GOST R 34.11-2012 (256 bit)",
  "1.2.643.7.1.1.4.2": "HMAC with GOST R 34.11-2012 (512 bit)",
  "1.2.643.2.2.9": "GOST R 34.11-94",
  "1.2.643.2.2.10": "HMAC with GOST R 34.11-94",
  "1.2.643.2.2.21": "GOST 28147-89",
  "1.2.643.7.1.1.5.1.1": "GOST R 34.12-2015 Magma",
  "1.2.643.7.1.1.5.2.1": "GOST R 34.12-2015 Kuznyechik",
  "1.2.410.200004.1.4": "SEED-CBC",
  "1.2.410.200004.1.15": "pbeWithSHA1AndSEED-CBC",
  "1.2.156.10197.1.104.2": "SM4-CBC",
  "1.2.156.10197.1.401.2": "HMAC with SM3",
  "2.16.840.1.101.3.4.1.6": "AES-128-GCM",
  "2.16.840.1.101.3.4.1.26": "AES-192-GCM",
  "2.16.840.1.101.3.4.1.46": "AES-256-GCM",
  "1.3.6.1.4.1.3029.1.2": "Blowfish-CBC",
  "1.2.840.113533.7.66.10": "CAST5-CBC",
  "1.2.840.113549.3.9": "RC5-CBC",
  "1.3.6.1.4.1.188.7.1.1.2": "IDEA-CBC",
};
