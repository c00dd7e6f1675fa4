import type { OutputFields } from "../../crds/index.ts";

/** What a place shall hold in one format. */
export interface Output extends Omit<OutputFields, "format"> {
  /** `AsIs` is a download's: the file as its store gave it. */
  readonly format: OutputFields["format"] | "AsIs";
  /** The name it has in the place: a key of a Secret, the path of a file. For TLS the folder of its three, none in a Secret. */
  readonly key?: string | undefined;
  /** The name of a second keystore. */
  readonly truststoreKey?: string | undefined;
}

/** What a target's block says of them. */
export interface Outputs {
  readonly outputs: readonly Output[];
}

const tlsNames = { certificate: "tls.crt", privateKey: "tls.key", authorities: "ca.crt" };

/** The three names of an output of format TLS. */
export function tlsKeys({ key }: Pick<Output, "key">): typeof tlsNames {
  if (key === undefined) return tlsNames;
  const { certificate, privateKey, authorities } = tlsNames;
  return {
    certificate: `${key}/${certificate}`,
    privateKey: `${key}/${privateKey}`,
    authorities: `${key}/${authorities}`,
  };
}

/** The names that an output may write. */
export function keysOf(output: Output): readonly string[] {
  if (output.format === "TLS") return Object.values(tlsKeys(output));
  return [output.key, output.truststoreKey].filter((one) => one !== undefined);
}

/** The names among them that hold the private key and nothing else. */
export function privateKeysOf(output: Output): readonly string[] {
  if (output.format === "TLS") return [tlsKeys(output).privateKey];
  return output.content === "Key" ? keysOf(output) : [];
}
