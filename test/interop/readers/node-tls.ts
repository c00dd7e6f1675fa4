import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect, createServer } from "node:tls";
import { found, type KeystoreReader } from "./reader.ts";

/** A server of node:tls with the keystore: what its client sees. The handshake proves the key. */
export const nodeTls: KeystoreReader = {
  name: "node:tls",
  version: () => Promise.resolve(process.versions.node),
  async read({ file, password }) {
    const server = createServer({ pfx: await readFile(file), passphrase: password }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    const client = connect({ port, host: "127.0.0.1", rejectUnauthorized: false });
    try {
      await once(client, "secureConnect");
      const certificates: Buffer[] = [];
      for (let at = client.getPeerX509Certificate(); at !== undefined; at = at.issuerCertificate) {
        if (certificates.some((raw) => raw.equals(at?.raw ?? raw))) break;
        certificates.push(at.raw);
      }
      const leaf = certificates.slice(0, 1).map((raw) => new X509Certificate(raw).publicKey);
      return found(certificates, leaf);
    } finally {
      client.destroy();
      server.close();
    }
  },
  keepsTrust: false,
  cannot: { LegacyRC2: { reason: "Node's OpenSSL has no legacy provider, and so no RC2" } },
};
