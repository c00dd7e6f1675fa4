import { describe, expect, it } from "vitest";
import { KubeError } from "../kube/index.ts";
import { createLogger, type LogLevel } from "./log.ts";

/** A logger and the lines that it has written. */
function capture(level: LogLevel = "info") {
  const lines: string[] = [];
  const log = createLogger({ level, destination: { write: (line) => lines.push(line) } });
  return { log, lines, parsed: () => lines.map((line): unknown => JSON.parse(line)) };
}

const cause = Object.assign(new Error("cause-s3cret"), { body: "body-of-cause-s3cret" });
const carrying = Object.assign(new Error("the store refused", { cause }), {
  body: "body-s3cret",
  headers: { authorization: "Bearer token-s3cret" },
});

describe("a log line", () => {
  it("is JSON with the level as a word and the time in ISO 8601, and nothing of the machine", () => {
    const { log, parsed } = capture();
    log.info({ namespace: "shop" }, "ready");
    expect(parsed()).toEqual([
      {
        level: "info",
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        namespace: "shop",
        msg: "ready",
      },
    ]);
  });

  it("is not written below the level", () => {
    const { log, lines } = capture("warn");
    log.info("not this");
    log.warn("this");
    expect(lines).toHaveLength(1);
  });
});

describe("an error in the log", () => {
  it.each(["err", "error"])("given as %s tells name, message and stack, and nothing that it carries along", (field) => {
    const { log, lines, parsed } = capture();
    log.error({ [field]: carrying }, "failed");
    expect(parsed()).toMatchObject([
      { [field]: { name: "Error", message: "the store refused", stack: expect.stringContaining("log.test.ts") } },
    ]);
    expect(lines.join("")).not.toContain("s3cret");
  });

  it("given alone tells no more", () => {
    const { log, lines } = capture();
    log.error(carrying);
    expect(lines.join("")).toContain("the store refused");
    expect(lines.join("")).not.toContain("s3cret");
  });

  it("of a child logger tells no more", () => {
    const { log, lines } = capture();
    log.child({ controller: "c" }).error({ err: carrying }, "failed");
    expect(lines.join("")).not.toContain("s3cret");
  });

  it("tells the reason where it has one", () => {
    const { log, parsed } = capture();
    log.warn({ err: new KubeError("Forbidden", "not allowed", { status: 403, cause }) }, "failed");
    expect(parsed()).toMatchObject([{ err: { name: "KubeError", reason: "Forbidden", message: "not allowed" } }]);
  });

  it("that is a bundle of errors does not tell those", () => {
    const { log, lines } = capture();
    log.error({ err: new AggregateError([carrying], "several failed") }, "failed");
    expect(lines.join("")).toContain("several failed");
    expect(lines.join("")).not.toContain("s3cret");
  });

  it("that was thrown without being one is told as text", () => {
    const { log, parsed } = capture();
    log.error({ err: { password: "s3cret" } }, "failed");
    log.error({ err: "gone" }, "failed");
    expect(parsed()).toMatchObject([{ err: { message: "[object Object]" } }, { err: { message: "gone" } }]);
  });
});
