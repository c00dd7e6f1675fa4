/** What a version of Command has; A.16 unless another source is named. */
export interface Features {
  /** `x-keyfactor-product-version` (A.1 [K]). */
  readonly productVersion: string;
  /** Of answers: the SDK of 11.x alone has camelCase (A.1 [O]). */
  readonly casing: "Pascal" | "camel";
  /** Paging parameters bind without `pq.` and the like (A.5 [O]). */
  readonly plainQueryNames: boolean;
  readonly bearer: boolean;
  readonly deployToStores: boolean;
  readonly ownerOnImport: boolean;
  readonly ownerEndpoint: boolean;
  readonly downloadChainOrder: boolean;
  readonly downloadContainer: boolean;
  readonly subjectHeader: boolean;
  /** CER, CRT, FileExtension and MicrosoftTargetCSP of Download. */
  readonly downloadFileNames: boolean;
  readonly enrollmentPatterns: boolean;
}

/** @param version such as `10.5` or `25.1.1.0` */
export function featuresOf(version: string): Features {
  const [major = 0, minor = 0, patch = 0, build = 0] = version.split(".").map(Number);
  const since = (otherMajor: number, otherMinor: number): boolean =>
    major > otherMajor || (major === otherMajor && minor >= otherMinor);
  // 12.x is the SaaS line, which had 24.4's owner roles in 12.4.
  const ownerOnImport = major === 12 ? minor >= 4 : since(24, 4);
  return {
    productVersion: [major, minor, patch, build].join("."),
    casing: major === 11 ? "camel" : "Pascal",
    plainQueryNames: since(11, 0),
    bearer: since(11, 0),
    deployToStores: since(9, 4),
    ownerOnImport,
    // A.15 [O]: 24+.
    ownerEndpoint: since(24, 0),
    downloadChainOrder: since(11, 0),
    downloadContainer: since(24, 4),
    subjectHeader: since(25, 1),
    // "after 25.1.1 (reference page)"; 25.2 is the first version after it.
    downloadFileNames: since(25, 2),
    enrollmentPatterns: since(25, 1),
  };
}
