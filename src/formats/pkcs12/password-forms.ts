import { type PasswordForms, passwordForms } from "../pbe/password.ts";

/** Old NSS gave the UTF-16 of PKCS#12 to PBES2 too. */
export function formsOf(password: Uint8Array): PasswordForms {
  const { octets, bmp } = passwordForms(password);
  return { octets: [...octets, ...bmp], bmp };
}

export function joined(first: PasswordForms, second: PasswordForms): PasswordForms {
  return { octets: [...first.octets, ...second.octets], bmp: [...first.bmp, ...second.bmp] };
}
