import { isUtf8 } from "node:buffer";
import { ConfigMap, type KubeObject, type Resource, Secret } from "../../kube/index.ts";

/** An object whose keys hold what is delivered: a Secret or a ConfigMap. */
export interface Holder extends KubeObject {
  type?: string;
  data?: Record<string, string>;
  binaryData?: Record<string, string>;
  immutable?: boolean;
}

/** How one kind of holder keeps its values. */
export interface HolderKind {
  readonly kind: "Secret" | "ConfigMap";
  readonly resource: Resource<Holder>;
  /** What lies under a key, in base64; undefined where it is absent. */
  readonly base64: (holder: Holder, key: string) => string | undefined;
  readonly keys: (holder: Holder) => readonly string[];
  /** The fields that hold these values. */
  readonly fields: (values: ReadonlyMap<string, Buffer>) => Pick<Holder, "data" | "binaryData">;
}

const secrets: HolderKind = {
  kind: "Secret",
  resource: Secret,
  base64: ({ data }, key) => data?.[key],
  keys: ({ data = {} }) => Object.keys(data),
  fields: (values) => ({ data: inBase64([...values]) }),
};

const configMaps: HolderKind = {
  kind: "ConfigMap",
  resource: ConfigMap,
  base64: ({ data, binaryData }, key) => {
    const text = data?.[key];
    return text === undefined ? binaryData?.[key] : Buffer.from(text).toString("base64");
  },
  keys: ({ data = {}, binaryData = {} }) => [...Object.keys(data), ...Object.keys(binaryData)],
  fields: (values) => {
    const texts = [...values].filter(([, value]) => isUtf8(value));
    const others = [...values].filter(([, value]) => !isUtf8(value));
    return {
      data: Object.fromEntries(texts.map(([key, value]) => [key, value.toString("utf8")])),
      binaryData: inBase64(others),
    };
  },
};

export const holders = { Secret: secrets, ConfigMap: configMaps };

/** A copy of the bytes under a key; none where it is absent. */
export function bytesIn(kind: HolderKind, holder: Holder, key: string): Buffer {
  return Buffer.from(kind.base64(holder, key) ?? "", "base64");
}

function inBase64(values: readonly (readonly [string, Buffer])[]): Record<string, string> {
  return Object.fromEntries(values.map(([key, value]) => [key, value.toString("base64")]));
}
