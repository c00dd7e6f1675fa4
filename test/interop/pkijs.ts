import type { OctetString } from "asn1js";
import * as pkijs from "pkijs";
import type { Contents } from "./forge.ts";

const encryptedData = "1.2.840.113549.1.7.6";
const certBag = "1.2.840.113549.1.12.10.1.3";
const shroudedKeyBag = "1.2.840.113549.1.12.10.1.2";

/** PKI.js reads and writes PBES2 alone. */
export async function readByPkijs(file: Buffer, password: string): Promise<Contents> {
  const secret = bytesOf(Buffer.from(password));
  const pfx = pkijs.PFX.fromBER(file);
  await pfx.parseInternalValues({ password: secret, checkIntegrity: true });
  const safe = pfx.parsedValue?.authenticatedSafe;
  if (safe === undefined) throw new Error("PKI.js finds no AuthenticatedSafe");
  const passwords = safe.safeContents.map(({ contentType }) =>
    contentType === encryptedData ? { password: secret } : {},
  );
  await safe.parseInternalValues({ safeContents: passwords });
  const certificates: Buffer[] = [];
  const keys: Buffer[] = [];
  const parsed = safe.parsedValue as { safeContents: { value: pkijs.SafeContents }[] };
  for (const { bagValue } of parsed.safeContents.flatMap(({ value }) => value.safeBags)) {
    if (bagValue instanceof pkijs.CertBag) {
      const value = bagValue.certValue as OctetString;
      certificates.push(Buffer.from(value.getValue()));
    } else if (bagValue instanceof pkijs.PKCS8ShroudedKeyBag) {
      await (bagValue as unknown as Shrouded).parseInternalValues({ password: secret });
      keys.push(Buffer.from(bagValue.parsedValue?.toSchema().toBER() ?? new ArrayBuffer()));
    }
  }
  return { certificates, keys };
}

/** What the type declarations hide. */
interface Shrouded {
  parseInternalValues(parameters: { password: ArrayBuffer }): Promise<void>;
}

export async function writeByPkijs(
  { certificates, keys }: Contents,
  password: string,
  iterations: number,
): Promise<Buffer> {
  const secret = bytesOf(Buffer.from(password));
  const encryption = {
    password: secret,
    contentEncryptionAlgorithm: { name: "AES-CBC", length: 256 },
    hmacHashAlgorithm: "SHA-256",
    iterationCount: iterations,
  };
  const keyBags = keys.map(
    (pkcs8) => new pkijs.PKCS8ShroudedKeyBag({ parsedValue: pkijs.PrivateKeyInfo.fromBER(pkcs8) }),
  );
  for (const bag of keyBags) await bag.makeInternalValues(encryption);
  const safeOf = (bagId: string, values: readonly pkijs.BagType[]): pkijs.SafeContents =>
    new pkijs.SafeContents({ safeBags: values.map((bagValue) => new pkijs.SafeBag({ bagId, bagValue })) });
  const certBags = certificates.map((raw) => new pkijs.CertBag({ parsedValue: pkijs.Certificate.fromBER(raw) }));
  const authenticatedSafe = new pkijs.AuthenticatedSafe({
    parsedValue: {
      safeContents: [
        { privacyMode: 0, value: safeOf(shroudedKeyBag, keyBags) },
        { privacyMode: 1, value: safeOf(certBag, certBags) },
      ],
    },
  });
  const pfx = new pkijs.PFX({ parsedValue: { integrityMode: 0, authenticatedSafe } });
  await authenticatedSafe.makeInternalValues({ safeContents: [{}, encryption] });
  await pfx.makeInternalValues({
    password: secret,
    iterations,
    pbkdf2HashAlgorithm: "SHA-256",
    hmacHashAlgorithm: "SHA-256",
  });
  return Buffer.from(pfx.toSchema().toBER());
}

function bytesOf(buffer: Buffer): ArrayBuffer {
  return new Uint8Array(buffer).buffer;
}
