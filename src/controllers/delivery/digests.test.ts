import { expect, it } from "vitest";
import { fingerprintKey } from "../../delivery/index.ts";
import type { Source } from "../../resolve/index.ts";
import { revisionOf } from "./digests.ts";
import type { Subject } from "./subject.ts";

const context = { fingerprintKey: fingerprintKey(Buffer.alloc(32, 1)) };

function revision(source: Subject["source"], leaf: string, generation = 1): string {
  const bundle = { leaf: Buffer.from(leaf), chain: [], trusted: [] };
  return revisionOf(context, { source, generation } as Subject, { bundle } as unknown as Source);
}

it("begins another rollout for another bundle", () => {
  expect(revision({ importName: "web" }, "a")).not.toBe(revision({ importName: "web" }, "b"));
  expect(revision({ importName: "web" }, "a")).toBe(revision({ importName: "web" }, "a"));
});

it("keeps to one rollout for what the stores of the targets hold, whatever it is in each of them", () => {
  const source = { held: { id: 42 } };
  expect(revision(source, "a")).toBe(revision(source, "b"));
  expect(revision(source, "a", 1)).not.toBe(revision(source, "a", 2));
});
