import {
  type Bundle,
  decode,
  type Decoded,
  defaultLimits,
  editKeystore,
  encode,
  type EncodeOptions,
  FormatError,
  keystoreContent,
  type KeystoreContent,
  keystoreHolds,
  otherEntries,
} from "../../formats/index.ts";
import { isAllOurs, type KeystoreRecord, mostAliases, sha256 } from "./keystore-record.ts";

type Options = Extract<EncodeOptions, { readonly format: "PKCS12" | "JKS" }>;

/** A name in a place that shall hold a keystore. */
export interface KeystoreSpot {
  readonly key: string;
  readonly options: Options;
  /** A password that it may still have. */
  readonly previous?: Uint8Array | undefined;
}

/** What is to be done about a keystore, after a look at what lies there. */
export type KeystoreLook =
  | { readonly action: "Keep"; readonly leaf?: Buffer; readonly record: KeystoreRecord }
  | { readonly action: "Build"; readonly leaf?: Buffer; readonly what: string }
  | {
      readonly action: "Edit";
      readonly leaf?: Buffer;
      readonly what: string;
      readonly password: Uint8Array | undefined;
    }
  | { readonly action: "Stop"; readonly why: string };

/**
 * Compares what lies there with what shall. Salts make each encoding another one, so what is inside is compared; our record
 * tells of what cannot be seen there, the profile and whose entries they are.
 */
export async function lookAt(
  spot: KeystoreSpot,
  bundle: Bundle,
  bytes: Buffer,
  record: KeystoreRecord | undefined,
  signal?: AbortSignal,
): Promise<KeystoreLook> {
  const content = contentOf(bundle, spot.options);
  if (bytes.length === 0) return { action: "Build", what: "it is missing" };
  const opened = await open(spot, bytes, signal);
  if ("error" in opened) {
    if (isAllOurs(bytes, record) || opened.error.code === "Malformed")
      return { action: "Build", what: "it does not open" };
    return { action: "Stop", why: opened.error.message };
  }
  try {
    return decide(spot, content, opened, bytes, record);
  } finally {
    for (const { pkcs8 } of opened.decoded.keys) pkcs8.fill(0);
  }
}

/** The bytes that a look asks for, and what our mark says of them. */
export async function written(
  { options }: KeystoreSpot,
  bundle: Bundle,
  bytes: Buffer,
  look: Exclude<KeystoreLook, { action: "Stop" }>,
  record: KeystoreRecord | undefined,
  signal?: AbortSignal,
): Promise<{ bytes: Buffer; record: KeystoreRecord }> {
  if (look.action === "Keep") return { bytes, record: look.record };
  const content = contentOf(bundle, options);
  if (look.action === "Build") {
    const built = await encode(bundle, options);
    return { bytes: built, record: recordOf(built, content, options, false) };
  }
  const aliases = aliasesOf(content);
  const remove = (record?.aliases ?? []).filter((alias) => !aliases.includes(alias));
  const edited = await editKeystore(bytes, { put: bundle, remove }, { ...options, current: look.password, signal });
  return { bytes: edited, record: recordOf(edited, content, options, true) };
}

/** A certificate without its key has a place in a PKCS#12, but not in a JKS, which would trust it. */
function contentOf(bundle: Bundle, options: Options): KeystoreContent {
  if (options.format === "JKS" && options.content !== "Truststore" && bundle.key === undefined) {
    throw new FormatError("NoPrivateKey", "A JKS keystore needs the private key, but the source has none.");
  }
  return keystoreContent(bundle, options);
}

interface Opened {
  readonly decoded: Decoded;
  readonly password: Uint8Array | undefined;
}

/** With today's password, else with the one before. Private keys of others may have passwords of their own. */
async function open(
  { options, previous }: KeystoreSpot,
  bytes: Buffer,
  signal: AbortSignal | undefined,
): Promise<Opened | { error: FormatError }> {
  const aliases = options.content === "Truststore" ? [undefined] : [undefined, aliasOf(options)];
  const passwords = [options.password, ...(previous === undefined ? [] : [previous])];
  const tries = passwords.flatMap((password) => aliases.map((alias) => ({ password, alias })));
  // Somebody else may have written it: all tries together may cost what one may.
  const limits = { totalIterations: Math.floor(defaultLimits.totalIterations / tries.length) };
  let error: FormatError | undefined;
  for (const { password, alias } of tries) {
    try {
      return { decoded: await decode(bytes, { password, alias, limits, signal }), password };
    } catch (thrown) {
      if (!(thrown instanceof FormatError)) throw thrown;
      error ??= thrown;
    }
  }
  return { error: error ?? new FormatError("PasswordRequired", "It needs a password.") };
}

function decide(
  { options }: KeystoreSpot,
  content: KeystoreContent,
  { decoded, password }: Opened,
  bytes: Buffer,
  record: KeystoreRecord | undefined,
): KeystoreLook {
  const mine = [...aliasesOf(content), ...(record?.aliases ?? [])];
  const others = isAllOurs(bytes, record) ? [] : otherEntries(decoded, mine);
  if (decoded.format !== options.format) {
    const what = `it is ${decoded.format}`;
    if (others.length === 0) return { action: "Build", what, ...leafOf(decoded, options) };
    const why = `It is ${decoded.format} and holds entries of others (${others.slice(0, 5).join(", ")}), which cannot go into ${options.format}.`;
    return { action: "Stop", why };
  }
  const profile = record?.sha256 === sha256(bytes) ? record.profile : profileOf(options);
  const holds = keystoreHolds(decoded, content, others.length > 0);
  const what =
    password !== options.password ? "password" : !holds ? "entries" : profile !== profileOf(options) ? "profile" : "";
  if (what === "") {
    const noted = record ?? recordOf(bytes, content, options, others.length > 0);
    return { action: "Keep", record: noted, ...leafOf(decoded, options) };
  }
  if (others.length === 0) return { action: "Build", what, ...leafOf(decoded, options) };
  return { action: "Edit", what, password, ...leafOf(decoded, options) };
}

function recordOf(bytes: Buffer, content: KeystoreContent, options: Options, shared: boolean): KeystoreRecord {
  const aliases = aliasesOf(content).slice(0, mostAliases);
  return { sha256: sha256(bytes), profile: profileOf(options), aliases, ...(shared ? { shared } : {}) };
}

function leafOf({ certificates }: Decoded, options: Options): { leaf?: Buffer } {
  if (options.content === "Truststore") return {};
  const alias = aliasOf(options).toLowerCase();
  const leaf = certificates.find((one) => one.trusted !== true && one.alias?.toLowerCase() === alias);
  return leaf === undefined ? {} : { leaf: leaf.der };
}

function aliasesOf({ keys, certificates }: KeystoreContent): string[] {
  return [...keys, ...certificates].flatMap(({ alias }) => alias ?? []);
}

function aliasOf({ alias = "certificate" }: Options): string {
  return alias;
}

function profileOf(options: Options): string {
  return options.format === "JKS" ? "JKS" : (options.profile ?? "Modern2023");
}
