/** What differs from one reader to the next, and a page shows as the writer saw it. */
const varying: readonly [RegExp, string][] = [
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, "<time>"],
  [/\bv1\.\d+\.\d+\S*/g, "<Kubernetes version>"],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, "<uid>"],
  [/\b[0-9a-f]{12,64}\b/g, "<digest>"],
  [/\b[A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d \d{4} GMT\b/g, "<date>"],
  [/(?<=^|\s)((\d+d)?(\d+h)?(\d+m)?\d+s|(\d+d)?(\d+h)?\d+m|(\d+d)?\d+h|\d+d)(?=\s|$)/g, "<age>"],
];

/**
 * Whether what a page says one sees is what was seen: line by line, where width of columns, ages, times, uids and digests may
 * be others. `...` stands for anything within a line; alone on a line, for any lines.
 */
export function isSeen(told: string, seen: string): boolean {
  const lines = linesOf(told).map((line) => (line === "..." ? "(?:.*\n)*" : `${pattern(line)}\n`));
  return new RegExp(`^${lines.join("")}$`).test(
    linesOf(seen)
      .map((line) => `${line}\n`)
      .join(""),
  );
}

function linesOf(text: string): string[] {
  const lines = text.split("\n").map((line) => generalised(line).replaceAll(/\s+/g, " ").trim());
  return lines.filter((line) => line !== "");
}

function generalised(line: string): string {
  return varying.reduce((before, [form, name]) => before.replaceAll(form, name), line);
}

function pattern(line: string): string {
  return line
    .split("...")
    .map((part) => part.replaceAll(/[$()*+.?[\\\]^{|}]/g, "\\$&"))
    .join("[^\n]*");
}
