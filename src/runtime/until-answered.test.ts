import { describe, expect, it } from "vitest";
import { KubeError } from "../kube/index.ts";
import { createLogger } from "./log.ts";
import { ManualClock } from "./testing/manual-clock.ts";
import { untilAnswered } from "./until-answered.ts";

const away = new KubeError("ConnectionFailed", "connect ECONNREFUSED 10.0.0.1:443", { sent: false });
const forbidden = new KubeError("Forbidden", "no rights yet", { status: 403 });

/** A question whose answers are these, one after the other, and when it was asked. */
function question(...answers: (Error | string)[]) {
  const clock = new ManualClock();
  const lines: string[] = [];
  const log = createLogger({ level: "warn", destination: { write: (line) => lines.push(line) } });
  const stop = new AbortController();
  const asked: number[] = [];
  const ask = (): Promise<string> => {
    asked.push(clock.now());
    const answer = answers.shift() ?? "none left";
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const answered = untilAnswered(ask, log, stop.signal, clock);
  answered.catch(() => {});
  return { clock, lines, stop, asked, answered };
}

describe("a question to the API server at the start", () => {
  it("is asked again, less and less often, and each failure is told", async () => {
    const { clock, lines, asked, answered } = question(away, forbidden, away, away, away, away, away, "yes");
    await clock.advance(60_000);
    expect(await answered).toBe("yes");
    expect(asked).toEqual([0, 500, 1_500, 3_500, 7_500, 15_500, 25_500, 35_500]);
    expect(lines).toHaveLength(7);
    expect(lines[0]).toContain("connect ECONNREFUSED");
  });

  it("is given up when the process is to stop", async () => {
    const { clock, stop, answered } = question(away, "too late");
    await clock.advance(100);
    stop.abort();
    expect(await answered).toBeUndefined();
  });

  it("fails on a defect at once", async () => {
    const { answered } = question(new Error("the Secret holds no key"));
    await expect(answered).rejects.toThrow("the Secret holds no key");
  });
});
