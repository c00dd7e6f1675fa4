import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { issue, type Issued } from "../fixtures/pki.ts";
import type { Fixture, FixtureKind } from "./fixture.ts";
import { type Row, rows } from "./rows.ts";
import { Scene } from "./scene.ts";

/** Registers a test for each row that applies. */
export function conformance(kind: FixtureKind): void {
  describe.skipIf(kind.possible === false)(`the store ${kind.provider}`, () => {
    let shared: Fixture | undefined;
    let leaves: [Issued, Issued];
    beforeAll(async () => {
      shared = kind.fresh === true ? undefined : await kind.create();
      const make = (name: string): Promise<Issued> => issue({ subject: `CN=${name}`, dnsNames: [name] });
      leaves = [await make("one.example.com"), await make("two.example.com")];
    });
    afterAll(() => shared?.close());

    for (const [index, row] of rows.entries()) {
      const means = meansOf(kind, row);
      if ("not" in means) continue;
      const by = means.by === undefined ? "" : ` (${means.by})`;
      it(`${row.name}${by}`, async () => {
        expect.hasAssertions();
        const fixture = shared ?? (await kind.create());
        const scene = new Scene(fixture, `row-${index}`, leaves);
        try {
          await row.check(scene);
        } finally {
          await scene.close();
          if (fixture !== shared) await fixture.close();
        }
      });
    }
  });
}

/** The rows that do not apply, each with the reason. */
export function inapplicable(kind: FixtureKind): string[] {
  return rows.flatMap((row) => {
    const means = meansOf(kind, row);
    return "not" in means ? [`${kind.provider}: ${row.name.split(":", 1)[0] ?? ""}: ${means.not}`] : [];
  });
}

function meansOf(
  { faults, inapplicable: left }: FixtureKind,
  { name, fault }: Row,
): { readonly by?: string } | { readonly not: string } {
  const not = left?.[name];
  if (not !== undefined) return { not };
  return fault === undefined ? {} : faults[fault];
}
