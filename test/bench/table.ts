/** One line of what was measured. */
export interface Row {
  readonly what: string;
  readonly value: string;
  /** What it is held against, measured in the same run. */
  readonly base?: string;
  readonly ratio?: number;
  readonly goal?: string;
  /** Undefined where there is no goal. */
  readonly met?: boolean;
}

/** A Markdown table, aligned, so that it can be read as it is and put into a document. */
export function table(rows: readonly Row[]): string {
  const head = ["what", "measured", "base", "ratio", "goal", "met"];
  const cells = rows.map(({ what, value, base = "", ratio, goal = "", met }) => [
    what,
    value,
    base,
    ratio === undefined ? "" : ratio.toFixed(2),
    goal,
    met === undefined ? "" : met ? "yes" : "NO",
  ]);
  const widths = head.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [line(head), rule, ...cells.map(line)].join("\n");
}
