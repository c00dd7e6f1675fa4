import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sharedControlPlane, testNamespace } from "../control-plane/shared.ts";
import { Admission, type Row, tables } from "./admission/index.ts";

let admission: Admission;
let namespace: string;
beforeAll(async () => {
  namespace = await testNamespace("admission");
  admission = new Admission(sharedControlPlane(), namespace);
});
afterAll(() => admission.close());

/** A refusal names the field and says what is wrong with it. */
function refusal({ at, says }: Row): unknown {
  const field = at.replaceAll(/[[\].]/g, String.raw`\$&`);
  const words = says.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
  return expect.stringMatching(new RegExp(`(^|[ \\[])${field}: .*${words}`, "s"));
}

describe.each([...tables])("%s", (table, rows) => {
  it.each(rows.map((row, index) => ({ ...row, index })))("$at: $says", async ({ index, ...row }) => {
    const name = `${namespace}-${table.replaceAll(/[ ,]+/g, "-").toLowerCase()}-${index}`;
    await admission.with(row.stored, name, async () => {
      expect(await admission.ask(row.accepted, name)).toBe("taken");
      expect(await admission.ask(row.refused, name)).toEqual(refusal(row));
    });
  });
});
