import { describe, expect, it } from "vitest";
import type { CertificateStore } from "../../crds/index.ts";
import {
  BlockedError,
  CredentialsRefused,
  type StoreError,
  TransientError,
  WaitingError,
} from "../../stores/errors.ts";
import { checkStore, type Health, nextCheck } from "./reconcile.ts";

const now = new Date("2030-01-01T00:00:00Z");
const tenMinutes = 600_000;

function store(spec: Partial<CertificateStore["spec"]> = {}, status?: CertificateStore["status"]): CertificateStore {
  const metadata = {
    name: "apps",
    namespace: "shop",
    uid: "u",
    resourceVersion: "1",
    generation: 3,
    creationTimestamp: "",
  };
  return {
    apiVersion: "certferry.io/v1alpha1",
    kind: "CertificateStore",
    metadata,
    spec: { suspend: false, ...spec },
    ...(status === undefined ? {} : { status }),
  };
}

const well: Health = { well: true, providerVersion: "v1.36.2", capabilities: ["Deploy"] };
const ill = (error: StoreError): Health => ({ well: false, error });
const later = (ms: number): Date => new Date(now.getTime() + ms);
const down = (options: { retryAfter?: Date } = {}): Health =>
  ill(new TransientError("ClusterUnavailable", "down", options));

describe("a store is checked again", () => {
  it.each<[string, CertificateStore["spec"]["healthcheck"], Health, number, Date | undefined]>([
    ["at its interval, spread over a tenth of it", { interval: "1h" }, well, 0, later(57 * 60_000)],
    ["every ten minutes when it says nothing", undefined, well, 0, later(570_000)],
    ["never when checks are off", { enabled: false }, well, 0, undefined],
    ["after a back-off when it is down", undefined, down(), 3, later(36_000)],
    ["also when checks are off", { enabled: false }, down(), 0, later(4_500)],
    ["not before it asked to be", undefined, down({ retryAfter: later(90_000) }), 0, later(90_000)],
    [
      "later when it is refused something",
      undefined,
      ill(new BlockedError("AccessDenied", "no")),
      5,
      later(tenMinutes),
    ],
    [
      "later when something is missing",
      { interval: "30s" },
      ill(new WaitingError("SecretMissing", "create it")),
      0,
      later(tenMinutes),
    ],
    [
      "at its interval when it refuses the login",
      { interval: "1h" },
      ill(new CredentialsRefused("no")),
      0,
      later(57 * 60_000),
    ],
    [
      "when its gate says so",
      { interval: "1h" },
      ill(new CredentialsRefused("no", { until: later(9_000) })),
      0,
      later(9_000),
    ],
    [
      "never when it refuses the login and checks are off",
      { enabled: false },
      ill(new CredentialsRefused("no", { until: later(9_000) })),
      0,
      undefined,
    ],
  ])("%s", (_, healthcheck, health, failures, expected) => {
    const spec = healthcheck === undefined ? {} : { healthcheck };
    expect(nextCheck(store(spec), health, failures, tenMinutes, now, 0)).toEqual(expected);
  });
});

it("a check that fails in a way of its own is tried again, and the log is told why", async () => {
  const broken = new Error("broken");
  const defects: unknown[] = [];
  const stores: Parameters<typeof checkStore>[0] = {
    enter: () => ({ state: "Entered", leave: () => {} }),
    use: () => Promise.reject(broken),
  };
  const run = {
    again: () => {},
    onDefect: (error: unknown) => defects.push(error),
    signal: AbortSignal.timeout(5_000),
  };
  const health = await checkStore(stores, "CertificateStore", store(), run);
  expect(health).toMatchObject({ well: false, error: { name: "TransientError", reason: "CheckFailed" } });
  expect(defects).toEqual([broken]);
});
