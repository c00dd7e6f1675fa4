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
      egress: {
        deny: [
          "169.254.0.0/16",
          "fe80::/10",
          "127.0.0.0/8",
          "::1",
          "0.0.0.0/8",
          "::",
          "224.0.0.0/4",
          "255.255.255.255",
          "ff00::/8",
          "own-cluster",
        ],
        allow: undefined,
        resolve: new Map(),
      },
      ambientCredentials: { store: false, clusterStore: true },
      azureAuthorityHosts: [],
      metricsBindAddress: ":8080",
      healthProbeBindAddress: ":8081",
      logLevel: "info",
    });
  });

  it("takes every flag", () => {
    const args = [
      "--kubeconfig=/etc/kubeconfig",
      "--context=prod",
      "--namespace=certs",
      "--watch-namespaces=a,b",
      "--owner-id=prod.eu-1",
      "--leader-elect=false",
      "--secret-selector=app=web,tier in (a, b),!old,x.example.com/kind!=c",
      "--suspend-writes=true",
      "--workers=256",
      "--deny-egress=10.0.0.0/8,*.example.org",
      "--allow-egress=2001:db8::/32,a.example.com",
      "--resolve=A.example.com=[2001:db8::1]:8443,b.example.com=c:443",
      "--store-ambient-credentials",
      "--cluster-store-ambient-credentials=false",
      "--azure-authority-hosts=Login.stack.example,login.other.example:8443",
      "--metrics-bind-address=0",
      "--health-probe-bind-address=[::1]:65535",
      "--log-level=trace",
    ];
    expect(parseConfig(args, {})).toEqual({
      kubeconfig: "/etc/kubeconfig",
      context: "prod",
      namespace: "certs",
      watchNamespaces: ["a", "b"],
      ownerId: "prod.eu-1",
      leaderElect: false,
      secretSelector: "app=web,tier in (a, b),!old,x.example.com/kind!=c",
      suspendWrites: true,
      workers: 256,
      egress: {
        deny: ["10.0.0.0/8", "*.example.org"],
        allow: ["2001:db8::/32", "a.example.com"],
        resolve: new Map([
          ["a.example.com", { hostname: "2001:db8::1", port: "8443" }],
          ["b.example.com", { hostname: "c", port: "443" }],
        ]),
      },
      ambientCredentials: { store: true, clusterStore: false },
      azureAuthorityHosts: ["login.stack.example", "login.other.example:8443"],
      metricsBindAddress: "0",
      healthProbeBindAddress: "[::1]:65535",
      logLevel: "trace",
    });
  });

  it("takes the environment, and a flag before it", () => {
    const env = { CERTFERRY_LOG_LEVEL: "debug", CERTFERRY_WORKERS: "3" };
    const config = parseConfig(["--log-level=trace"], env);
    expect([config.logLevel, config.workers]).toEqual(["trace", 3]);
  });

  it("takes a value in the next argument", () => {
    expect(parseConfig(["--workers", "3"], {}).workers).toBe(3);
  });

  it("takes a switch without a value as true", () => {
    expect(parseConfig(["--suspend-writes"], {}).suspendWrites).toBe(true);
  });

  it("takes an empty variable as one that is not set", () => {
    const env = { CERTFERRY_WATCH_NAMESPACES: "", CERTFERRY_WORKERS: "" };
    const config = parseConfig([], env);
    expect([config.watchNamespaces, config.workers]).toEqual([undefined, 16]);
  });

  it("denies no connection with an empty flag, and the usual ones with an empty variable", () => {
    const deny = (args: readonly string[]): number =>
      parseConfig(args, { CERTFERRY_DENY_EGRESS: "" }).egress.deny.length;
    expect([deny(["--deny-egress="]), deny([])]).toEqual([0, 10]);
  });

  it("takes an empty list of namespaces as all, whatever the environment says", () => {
    expect(parseConfig(["--watch-namespaces="], { CERTFERRY_WATCH_NAMESPACES: "a" }).watchNamespaces).toBeUndefined();
  });

  it.each([
    [["--workers=0"], '--workers takes 1 to 256, not "0"'],
    [["--workers=257"], '--workers takes 1 to 256, not "257"'],
    [["--workers="], '--workers takes 1 to 256, not ""'],
    [["--workers"], "--workers takes 1 to 256"],
    [["--suspend-writes=yes"], '--suspend-writes takes true or false, not "yes"'],
    [["--watch-namespaces=a, b"], '--watch-namespaces takes namespaces, with commas between, not "a, b"'],
    [["--owner-id=Me"], "--owner-id takes up to 63 lower-case letters, digits, '-' and '.', not \"Me\""],
    [["--metrics-bind-address=8080"], '--metrics-bind-address takes host:port, :port, or 0 for none, not "8080"'],
    [["--metrics-bind-address=:65536"], '--metrics-bind-address takes host:port, :port, or 0 for none, not ":65536"'],
    [["--secret-selector=a=b=c"], '--secret-selector takes a label selector, as app=web,tier in (a, b), not "a=b=c"'],
    [
      ["--allow-egress=10.0.0.0/33"],
      '--allow-egress takes addresses, CIDRs and hosts (*.example.com for all below one), with commas between, not "10.0.0.0/33"',
    ],
    [["--resolve=a:1"], '--resolve takes host=address:port, several with commas between, not "a:1"'],
    [["--resolve=a=b:443,c"], '--resolve takes host=address:port, several with commas between, not "a=b:443,c"'],
    [["--resolve=a=b:65536"], '--resolve takes host=address:port, several with commas between, not "a=b:65536"'],
    [
      ["--deny-egress=10.0.0.0/8,a..b"],
      '--deny-egress takes addresses, CIDRs and hosts (*.example.com for all below one), with commas between, and own-cluster for this cluster\'s API service, not "10.0.0.0/8,a..b"',
    ],
    [["--surprise"], "--surprise is not a flag; see --help"],
    [["--toString"], "--toString is not a flag; see --help"],
    [["--no-leader-elect"], "--no-leader-elect is not a flag; see --help"],
    [["-v"], "-v is not a flag; see --help"],
    [["surprise"], '"surprise" is not a flag; see --help'],
  ])("refuses %s", (args, message) => {
    expect(() => parseConfig(args, {})).toThrow(expect.objectContaining({ name: "ConfigError", message }));
  });

  it("names the variable that is wrong", () => {
    expect(() => parseConfig([], { CERTFERRY_LOG_LEVEL: "loud" })).toThrow(
      'CERTFERRY_LOG_LEVEL takes trace, debug, info, warn or error, not "loud"',
    );
  });

  it("does not say what a wrong variable is when a flag is there", () => {
    expect(parseConfig(["--log-level=warn"], { CERTFERRY_LOG_LEVEL: "loud" }).logLevel).toBe("warn");
  });

  it("explains every flag", () => {
    const flags = usage().match(/^ {2}--[-a-z]+$/gm);
    expect(flags?.map((line) => line.trim())).toEqual([
      "--kubeconfig",
      "--context",
      "--namespace",
      "--watch-namespaces",
      "--owner-id",
      "--leader-elect",
      "--secret-selector",
      "--suspend-writes",
      "--filesystem-root",
      "--workers",
      "--deny-egress",
      "--allow-egress",
      "--resolve",
      "--store-ambient-credentials",
      "--cluster-store-ambient-credentials",
      "--azure-authority-hosts",
      "--metrics-bind-address",
      "--health-probe-bind-address",
      "--log-level",
    ]);
    expect(usage()).toContain(
      "  --workers\n        Deliveries at once into each store. Takes 1 to 256. Default: 16.\n",
    );
  });
});
