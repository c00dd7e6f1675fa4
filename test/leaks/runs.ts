/** So many characters of a secret in a row are a leak. */
const length = 16;

/**
 * Every run of 16 characters of a secret as it may be spelled: as it is, its bytes in base64 (at each of the three offsets)
 * and in hex, escaped as JSON. Of PEM the armour is left out, since it is public.
 */
export function runsOf(secret: string): Set<string> {
  const body = secret.replace(/-----(BEGIN|END) [A-Z ]+-----/g, "");
  const compact = body.replace(/\s+/g, "");
  const bytes = Buffer.from(secret);
  const inner = /^[A-Za-z0-9+/]+=*$/.test(compact) ? Buffer.from(compact, "base64") : Buffer.from(compact);
  // The head of a PKCS#8 key names its algorithm, as every key of its kind does.
  const own = secret.includes("PRIVATE KEY") ? inner.subarray(36) : inner;
  const spellings = [
    secret.includes("PRIVATE KEY") ? compact.slice(48) : compact,
    own.toString("hex"),
    own.toString("hex").toUpperCase(),
    ...[0, 1, 2].map((skip) => own.subarray(skip).toString("base64")),
    ...[0, 1, 2].map((skip) => bytes.subarray(28 + skip, -28).toString("base64")),
    JSON.stringify(body.trim()).slice(1, -1).slice(52),
  ];
  return new Set(spellings.flatMap((text) => windows(text)));
}

function windows(text: string): string[] {
  const count = Math.max(0, text.length - length + 1);
  return Array.from({ length: count }, (_, at) => text.slice(at, at + length));
}

/** The first run of `runs` in a text. */
export function findRun(text: string, runs: ReadonlySet<string>): string | undefined {
  for (let at = 0; at + length <= text.length; at += 1) {
    const window = text.slice(at, at + length);
    if (runs.has(window)) return window;
  }
  return undefined;
}
