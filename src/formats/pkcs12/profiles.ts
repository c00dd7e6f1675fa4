import { rc2, tripleDes } from "../pbe/cipher.ts";
import { aes256Encryption, type Encryption, pkcs12Encryption } from "../pbe/encrypt.ts";

/** How a PKCS#12 keystore is protected. */
export interface Profile {
  readonly iterations: number;
  /** Unset: in the clear. */
  readonly certificates?: Encryption;
  readonly keys?: Encryption;
  /** SHA-1 or SHA-256 with the PKCS#12 KDF, or PBMAC1 on SHA-256. */
  readonly mac?: "sha1" | "sha256" | "PBMAC1";
}

const tripleDesEncryption = pkcs12Encryption("1.2.840.113549.1.12.1.3", tripleDes);
const rc2Encryption = pkcs12Encryption("1.2.840.113549.1.12.1.6", rc2(40));
const aes = { iterations: 10_000, certificates: aes256Encryption, keys: aes256Encryption } as const;

/**
 * The profiles under cert-manager's names.
 *
 * - `LegacyRC2`: for Java 7 and Windows before 7. `openssl` 3 reads it with `-legacy` only.
 * - `LegacyDES`: for Windows before Server 2019 and Java before 8u301.
 * - `Modern2023`: for everything of today.
 * - `Modern2026`: PBMAC1 (RFC 9579), for OpenSSL from 3.4, Java from 26, NSS from 3.103 and GnuTLS from 3.8.8.
 * - `Passwordless`: nothing is encrypted and nothing shows a change: for trust stores, and for programs that demand it.
 */
export const profiles = {
  LegacyRC2: { iterations: 2_048, certificates: rc2Encryption, keys: tripleDesEncryption, mac: "sha1" },
  LegacyDES: { iterations: 2_048, certificates: tripleDesEncryption, keys: tripleDesEncryption, mac: "sha1" },
  Modern2023: { ...aes, mac: "sha256" },
  Modern2026: { ...aes, mac: "PBMAC1" },
  Passwordless: { iterations: 1 },
} as const satisfies Record<string, Profile>;

export type Pkcs12Profile = keyof typeof profiles;
