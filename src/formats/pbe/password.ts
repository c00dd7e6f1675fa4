/**
 * The bytes that one password may have meant to the program that wrote a file, likeliest first. Programs agree on ASCII and
 * on little else: RFC 7292 wants UTF-16 with a terminator, PKCS#5 wants UTF-8; old OpenSSL widened each byte to 16 bits,
 * Bouncy Castle took Latin-1, and an empty password may be no bytes at all.
 */
export interface PasswordForms {
  /** For PKCS#5 schemes: PBKDF2, PBKDF1, scrypt. */
  readonly octets: readonly Buffer[];
  /** For the PKCS#12 KDF: UTF-16, big endian, two zero bytes at the end. */
  readonly bmp: readonly Buffer[];
}

/** The forms of a password as it lies in a Secret: UTF-8, or else taken for Latin-1. */
export function passwordForms(password: Uint8Array): PasswordForms {
  const raw = Buffer.from(password);
  if (raw.length === 0) return { octets: [raw], bmp: [Buffer.alloc(2), Buffer.alloc(0)] };
  if (raw.every((byte) => byte < 0x80)) return { octets: [raw], bmp: [widened(raw)] };
  const text = utf8Text(raw);
  if (text === undefined) return { octets: [raw, Buffer.from(raw.toString("latin1"), "utf8")], bmp: [widened(raw)] };
  const latin1 = Buffer.from(text, "latin1");
  const same = latin1.toString("latin1") === text;
  return { octets: same ? [raw, latin1] : [raw], bmp: [bmpOf(text), widened(raw)] };
}

export function zeroForms({ octets, bmp }: PasswordForms): void {
  for (const form of [...octets, ...bmp]) form.fill(0);
}

function bmpOf(text: string): Buffer {
  return Buffer.from(`${text}\0`, "utf16le").swap16();
}

function widened(bytes: Buffer): Buffer {
  return bmpOf(bytes.toString("latin1"));
}

function utf8Text(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
