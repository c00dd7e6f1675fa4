import { randomUUID } from "node:crypto";
import { issue } from "../../fixtures/pki.ts";

/** What a server shows to its clients, and the CA that they trust. */
export interface Tls {
  readonly caPem: string;
  readonly cert: string;
  readonly key: string;
}

/** A certificate for `localhost` and 127.0.0.1, and for the host that operators are told to `--resolve`, by a CA of its own. */
export async function issueTls(host?: string): Promise<Tls> {
  // A client that trusts two of one name may take one for the other.
  const ca = await issue({ subject: `CN=Contract Server CA ${randomUUID()}`, ca: true });
  const dnsNames = ["localhost", ...(host === undefined ? [] : [host])];
  const names = { dnsNames, ipAddresses: ["127.0.0.1"] };
  const { pem: cert, keyPem: key } = await issue({ subject: "CN=localhost", issuer: ca, ...names });
  return { caPem: ca.pem, cert, key };
}
