/** The value of a field; times are milliseconds of a Date. */
export type Scalar = string | number | boolean | Date | null;

/** A.5; only `-eq` and `-gt` stand in the pages that were seen, the others are as Command's search has them [I]. */
export const operators = [
  "-eq",
  "-ne",
  "-gt",
  "-ge",
  "-lt",
  "-le",
  "-contains",
  "-notcontains",
  "-startswith",
  "-endswith",
  "-null",
  "-notnull",
] as const;
export type Operator = (typeof operators)[number];

/** Text is compared without case, as SQL Server does by default [I]. */
export function compare(value: Scalar, operator: Operator, operand: string): boolean {
  if (operator === "-null") return value === null;
  if (operator === "-notnull") return value !== null;
  if (value === null) return operator === "-ne" || operator === "-notcontains";
  const [left, right] = comparable(value, operand);
  const [text, part] = [String(left), String(right)];
  switch (operator) {
    case "-eq":
      return left === right;
    case "-ne":
      return left !== right;
    case "-gt":
      return left > right;
    case "-ge":
      return left >= right;
    case "-lt":
      return left < right;
    case "-le":
      return left <= right;
    case "-contains":
      return text.includes(part);
    case "-notcontains":
      return !text.includes(part);
    case "-startswith":
      return text.startsWith(part);
    case "-endswith":
      return text.endsWith(part);
  }
}

function comparable(value: Exclude<Scalar, null>, operand: string): readonly [string | number, string | number] {
  if (typeof value === "number") return [value, Number(operand)];
  if (value instanceof Date) return [value.getTime(), Date.parse(operand)];
  return [String(value).toLowerCase(), operand.toLowerCase()];
}
