import { styleText } from "node:util";

type Style = "dim" | "bold" | "green" | "red";

let open = false;

/** Says what is being done, does it, and says on the same line how long it took. */
export async function step<T>(what: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  process.stdout.write(`  ${what} ${styled("dim", "...")}`);
  open = true;
  try {
    const result = await work();
    const took = styled("dim", `${((performance.now() - started) / 1000).toFixed(1)} s`);
    process.stdout.write(open ? ` ${took} ${styled("green", "✓")}\n` : `  ${styled("green", "✓")} ${took}\n`);
    return result;
  } catch (error) {
    process.stdout.write(open ? ` ${styled("red", "✗")}\n` : "");
    throw error;
  } finally {
    open = false;
  }
}

/** A line of its own inside a step. */
export function note(line: string): void {
  if (open) process.stdout.write("\n");
  open = false;
  process.stdout.write(`    ${styled("dim", line)}\n`);
}

export function print(text = ""): void {
  process.stdout.write(`${text}\n`);
}

export function heading(text: string): void {
  print(`\n${styled("bold", text)}`);
}

/** Plain where the output is no terminal, or NO_COLOR is set. */
function styled(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

/** Columns as kubectl has them; the first row is the header. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("   ")
        .trimEnd(),
    )
    .join("\n");
}
