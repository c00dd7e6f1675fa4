import { describe, expect, it } from "vitest";
import { readJobState, writeJobState } from "./job-state.ts";

const leaf = "32ED8EF655966018DB0E7E4EE00A5DCA365BBEEF";

describe("the state of a job", () => {
  it("is told in words that a user can read", () => {
    expect(writeJobState({ step: "Waiting", certificate: leaf })).toBe(
      "Waiting certificate=32ED8EF655966018DB0E7E4EE00A5DCA365BBEEF",
    );
    expect(
      writeJobState({
        step: "AwaitingInventory",
        certificate: leaf,
        ended: new Date("2026-11-22T03:00:05Z"),
        warned: true,
        asked: new Date("2026-11-22T03:00:09Z"),
      }),
    ).toBe(
      "AwaitingInventory certificate=32ED8EF655966018DB0E7E4EE00A5DCA365BBEEF ended=2026-11-22T03:00:05.000Z warned=true asked=2026-11-22T03:00:09.000Z",
    );
  });

  it("is read back", () => {
    expect(
      readJobState("Waiting certificate=32ED8EF655966018DB0E7E4EE00A5DCA365BBEEF due=2026-11-22T03:00:00.000Z"),
    ).toEqual({
      step: "Waiting",
      certificate: leaf,
      due: new Date("2026-11-22T03:00:00Z"),
    });
    expect(readJobState("Removing certificate=32ED8EF655966018DB0E7E4EE00A5DCA365BBEEF")).toEqual({
      step: "Removing",
      certificate: leaf,
    });
  });

  it("fits into its record at its longest", () => {
    const time = new Date("2026-11-22T03:00:05Z");
    const longest = { step: "AwaitingInventory", certificate: leaf, due: time, ended: time, asked: time } as const;
    expect(writeJobState({ ...longest, warned: true }).length).toBeLessThanOrEqual(256);
  });

  it.each(["", "Dancing certificate=32ED8EF655966018DB0E7E4EE00A5DCA365BBEEF", "Waiting", "Waiting certificate=web"])(
    "is not guessed from %j",
    (text) => {
      expect(() => readJobState(text)).toThrow(expect.objectContaining({ reason: "PlaceUnknown" }));
    },
  );
});
