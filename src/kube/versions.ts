const DECIMAL = /^[1-9]\d*$/;

/**
 * Whether one resourceVersion of a kind is newer than another. Kubernetes 1.35 lets clients compare them as numbers
 * (KEP-5504). `undefined` when they are not decimal numbers, as from an API server that is not backed by etcd.
 */
export function isNewer(version: string | undefined, than: string | undefined): boolean | undefined {
  if (version === undefined || than === undefined || !DECIMAL.test(version) || !DECIMAL.test(than)) return undefined;
  // Without leading zeros, the longer number is the larger one.
  return version.length === than.length ? version > than : version.length > than.length;
}
