/** What a value without a single PEM block seems to be, and what to do about it. */
export function hintFor(bytes: Buffer): string {
  if (bytes.length === 0) return "The value is empty.";
  const start = bytes.toString("latin1", 0, 4096).replace(/^\s+/, "");
  const found = hints.find(([pattern]) => pattern.test(start));
  return (
    found?.[1] ?? "There is no PEM block (no line that starts with -----BEGIN), and the bytes are no format known here."
  );
}

const hints: readonly (readonly [RegExp, string])[] = [
  [
    /^LS0tLS1/,
    "The value is the base64 of a PEM: decode it once. A Secret's `data` is base64 already; plain PEM goes into `stringData`.",
  ],
  [
    /^(?:MI|TUlJ)[A-Za-z0-9+/=\s]+$/,
    "The value is base64 without its BEGIN and END lines; put them back, or store the bytes themselves (DER).",
  ],
  [/^\/u3\+7|^zs7Oz/, "The value is the base64 of a Java keystore: decode it once."],
  [/-+\s*BEGIN /i, "There is a BEGIN line, but not as PEM wants it: five dashes on each side and capital letters."],
  [/BEGIN [A-Z0-9 ]+/, "There is a BEGIN line, but without five plain dashes (-) on each side."],
  [/^ssh-|^ecdsa-sha2-/, "The value is an SSH public key, which is no certificate."],
  [/^PK/, "The value is a ZIP archive; store the file that is in it."],
  [/^[{[]/, "The value looks like JSON; store the certificate or key itself."],
];
