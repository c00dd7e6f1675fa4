import { decode, type Decoded, type DecodeOptions, defaultLimits, FormatError } from "../formats/index.ts";

/** A password and where it lies, for messages. */
export interface Password {
  readonly bytes: Buffer;
  /** `Secret web-p12, key password`. */
  readonly where: string;
}

export interface Passwords {
  readonly store?: Password | undefined;
  readonly key?: Password | undefined;
}

/**
 * Decodes a value with the passwords as they lie in their Secrets; where these do not open it and end with a line break, as
 * `echo` writes one, once more without it, which a warning says. Throws what `decode` throws.
 */
export async function openValue(
  value: Buffer,
  options: Pick<DecodeOptions, "format" | "alias" | "signal">,
  passwords: Passwords,
): Promise<Decoded> {
  const trimmed: Passwords = { store: withoutLineBreak(passwords.store), key: withoutLineBreak(passwords.key) };
  const changed = [passwords.store, passwords.key].filter(
    (one) => one !== undefined && one !== trimmed.store && one !== trimmed.key,
  );
  if (changed.length === 0) return attempt(value, options, passwords);
  // Both tries together may cost what one may.
  const limits = { totalIterations: defaultLimits.totalIterations / 2 };
  try {
    return await attempt(value, { ...options, limits }, passwords);
  } catch (error) {
    if (!(error instanceof FormatError) || error.code !== "WrongPassword") throw error;
  }
  const decoded = await attempt(value, { ...options, limits }, trimmed);
  const said = changed.map(
    (one) => `The password in ${one?.where ?? ""} ends with a line break and was used without it.`,
  );
  return { ...decoded, warnings: [...said, ...decoded.warnings] };
}

function attempt(value: Buffer, options: DecodeOptions, { store, key }: Passwords): Promise<Decoded> {
  return decode(value, { ...options, password: store?.bytes, keyPassword: key?.bytes });
}

function withoutLineBreak(password: Password | undefined): Password | undefined {
  if (password === undefined) return undefined;
  const { bytes, where } = password;
  if (bytes.at(-1) !== 0x0a) return password;
  return { bytes: bytes.subarray(0, bytes.at(-2) === 0x0d ? -2 : -1), where };
}
