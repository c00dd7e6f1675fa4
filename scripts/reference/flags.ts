import { flagHelp } from "../../src/config.ts";
import { table } from "./table.ts";

/** `docs/reference/flags.md`: every flag, its variable, and what it takes. */
export function flagReference(): string {
  const rows = flagHelp().map(({ name, variable, help, takes, fallback }) => {
    return [`\`--${name}\``, `\`${variable}\``, help, takes, fallback === undefined ? "" : `\`${fallback}\``];
  });
  const head = ["flag", "environment", "meaning", "takes", "default"];
  return `# Flags

Made from \`src/config.ts\` by \`npm run generate\`. A flag beats its variable.

${table(head, rows)}`;
}
