/** Members whose own keys are names that users chose; no reader of the API changes them [I]. */
const maps = new Set(["Metadata", "Parameters"]);

/** As Newtonsoft.Json's camel case does it: `CertID` is `certID`, `SANs` is `saNs`, `PFX` is `pfx` (A.1 [O] for `pfx`). */
export function camelName(name: string): string {
  return name.replace(/^[A-Z](?:[A-Z](?=[A-Z]|$))*/, (start) => start.toLowerCase());
}

/** The same value with members in camelCase, as the SDK of 11.x has them (A.1 [O]; what 11.x sends is F.8 [U]). */
export function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [camelName(name), maps.has(name) ? member : camelCased(member)]),
  );
}
