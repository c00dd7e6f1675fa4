import { FormatError } from "../errors.ts";
import { passwordForms, zeroForms } from "../pbe/password.ts";
import { isIntact } from "./integrity.ts";

/** A password as Java's keystores take it: UTF-16, big endian, no terminator; the likeliest reading first. */
export function javaPasswords(password: Uint8Array): Buffer[] {
  const forms = passwordForms(password);
  const found = forms.bmp.filter((form) => form.length >= 2).map((form) => Buffer.from(form.subarray(0, -2)));
  zeroForms(forms);
  return found;
}

/**
 * The form of the password that the digest at the end of the keystore is made with; the caller wipes it. Throws
 * `FormatError` `PasswordRequired` or `WrongPassword`.
 */
export function storePassword(bytes: Buffer, type: string, password: Uint8Array | undefined): Buffer {
  if (password === undefined) {
    const message = `The ${type} needs its password: without it nobody can tell whether it was changed.`;
    throw new FormatError("PasswordRequired", message);
  }
  const forms = javaPasswords(password);
  const right = forms.find((form) => isIntact(bytes, form));
  for (const form of forms) if (form !== right) form.fill(0);
  if (right !== undefined) return right;
  throw new FormatError(
    "WrongPassword",
    `The password does not fit the ${type}, or it was changed after it was written.`,
  );
}
