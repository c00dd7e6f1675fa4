import type { SourceSpec } from "../crds/index.ts";
import { type Bundle, bundleOf, checkComplete, decode, type Decoded, FormatError } from "../formats/index.ts";
import { TerminalError } from "../stores/errors.ts";
import { formatFailure } from "../stores/format-failure.ts";
import type { Material } from "./material.ts";

/** Which keys hold what. */
interface Keys {
  readonly certificate: string;
  readonly privateKey?: string | undefined;
  readonly ca?: string | undefined;
}

/** The usual names of a certificate alone, and of a certificate with its chain, in a Secret or ConfigMap without a type of its own. */
const usualCertificates = ["tls.crt", "certificate", "cert.pem", "tls.pem", "server.crt", "ca-bundle.crt", "ca.crt"];
const usualKeys = ["tls.key", "privateKey", "private.key", "key.pem", "server.key"];

/** Decodes what a source holds into one bundle. Throws `TerminalError` with the format's code or `SourceKeyMissing`. */
export async function bundleFrom(
  material: Material,
  spec: SourceSpec,
  now: Date,
): Promise<{ bundle: Bundle; format: string }> {
  const keys = keysOf(material, spec);
  const format = spec.format === "Auto" ? undefined : spec.format;
  const read = async (key: string): Promise<Decoded> => {
    try {
      return await decode(value(material, key), { format });
    } catch (error) {
      throw explained(error, `${material.what}, key ${key}`);
    }
  };
  const certificate = await read(keys.certificate);
  const privateKey = keys.privateKey === undefined ? undefined : await read(keys.privateKey);
  const ca = keys.ca === undefined ? undefined : await read(keys.ca);
  const identity: Decoded = { ...certificate, keys: [...certificate.keys, ...(privateKey?.keys ?? [])] };
  try {
    if (privateKey?.keys.length === 0) {
      throw new FormatError("Malformed", `Key ${keys.privateKey ?? ""} holds no private key.`);
    }
    const bundle = bundleOf(identity, { now, ca });
    checkComplete(bundle);
    return { bundle, format: certificate.format };
  } catch (error) {
    for (const { pkcs8 } of identity.keys) pkcs8.fill(0);
    throw explained(error, material.what);
  }
}

/** What the spec names; else the keys of the Secret's type; else the first of the usual names that is there. */
function keysOf({ type, values, what }: Material, spec: SourceSpec): Keys {
  const named = spec.keys ?? {};
  const there = (names: readonly string[]): string | undefined => names.find((name) => values.has(name));
  const certificate = named.certificate ?? (type === "kubernetes.io/tls" ? "tls.crt" : there(usualCertificates));
  if (certificate === undefined) {
    const found = [...values.keys()].slice(0, 8).join(", ") || "none";
    const message = `${what} has no key with a usual name for a certificate (it has: ${found}); name it in source.keys.certificate.`;
    throw new TerminalError("SourceKeyMissing", message);
  }
  const ca = named.ca ?? (values.has("ca.crt") && certificate !== "ca.crt" ? "ca.crt" : undefined);
  const secret = spec.secretRef !== undefined;
  const usual = type === "kubernetes.io/tls" ? "tls.key" : there(usualKeys);
  const privateKey = named.privateKey ?? (secret && usual !== undefined && usual !== certificate ? usual : undefined);
  return {
    certificate,
    privateKey: nonEmpty(values, named.privateKey, privateKey),
    ca: nonEmpty(values, named.ca, ca),
  };
}

/** An empty value under a usual name says that there is none: cert-manager writes an empty ca.crt where the issuer gives none. */
function nonEmpty(
  values: ReadonlyMap<string, Buffer>,
  named: string | undefined,
  key: string | undefined,
): string | undefined {
  return key !== undefined && (key === named || (values.get(key)?.byteLength ?? 0) > 0) ? key : undefined;
}

function value({ values, what }: Material, key: string): Buffer {
  const bytes = values.get(key);
  if (bytes !== undefined && bytes.byteLength > 0) return bytes;
  const how = bytes === undefined ? "has no key" : "has nothing under the key";
  throw new TerminalError(
    "SourceKeyMissing",
    `${what} ${how} ${key}; put the certificate there or name another in source.keys.`,
  );
}

function explained(error: unknown, where: string): unknown {
  if (!(error instanceof FormatError)) return error;
  return formatFailure(error, `${where}: ${error.message}`);
}
