import { describe, expect, it } from "vitest";
import { parseConfig, usage } from "./config.ts";

describe("the configuration", () => {
  it("has these defaults", () => {
    expect(parseConfig([], {})).toEqual({
      kubeconfig: undefined,
      context: undefined,
      namespace: undefined,
      watchNamespaces: undefined,
      ownerId: undefined,
      leaderElect: true,
      secretSelector: undefined,
      suspendWrites: false,
      workers: 16,
      metricsBindAddress: ":8080",
      healthProbeBindAddress: ":8081",
      logLevel: "info",
    });
  });

  it("takes the environment, and a flag before it", () => {
    const env = { CERTFERRY_LOG_LEVEL: "debug", CERTFERRY_WORKERS: "3" };
    const config = parseConfig(["--log-level=trace"], env);
    expect([config.logLevel, config.workers]).toEqual(["trace", 3]);
  });

  it("takes a switch with and without a value", () => {
    expect(parseConfig(["--suspend-writes"], {}).suspendWrites).toBe(true);
    expect(parseConfig(["--leader-elect=false"], {}).leaderElect).toBe(false);
  });

  it("splits the namespaces", () => {
    expect(parseConfig(["--watch-namespaces=a,b"], {}).watchNamespaces).toEqual(["a", "b"]);
  });

  it.each([
    [["--workers=0"], '--workers takes 1 to 256, not "0"'],
    [["--owner-id=Me"], "--owner-id takes up to 63 lower-case letters, digits, '-' and '.', not \"Me\""],
    [["--metrics-bind-address=8080"], '--metrics-bind-address takes host:port, :port, or 0 for none, not "8080"'],
    [["--surprise"], "Unknown option '--surprise'"],
    [["surprise"], "Unexpected argument 'surprise'"],
  ])("refuses %s", (args, message) => {
    expect(() => parseConfig(args, {})).toThrow(message);
  });

  it("names the variable that is wrong", () => {
    expect(() => parseConfig([], { CERTFERRY_LOG_LEVEL: "loud" })).toThrow(
      'CERTFERRY_LOG_LEVEL takes trace, debug, info, warn or error, not "loud"',
    );
  });

  it("explains every flag", () => {
    expect(usage()).toContain("--suspend-writes\n        Emergency stop: look at everything, write nothing.");
  });
});
