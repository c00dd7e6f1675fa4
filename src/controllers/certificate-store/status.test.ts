import { describe, expect, it } from "vitest";
import type { CertificateStore } from "../../crds/index.ts";
import { BlockedError, CredentialsRefused, TerminalError, TransientError, WaitingError } from "../../stores/errors.ts";
import type { Health } from "./reconcile.ts";
import { storeStatus } from "./status.ts";

const now = new Date("2026-06-01T00:00:00Z");

function store(suspend: boolean, status?: CertificateStore["status"]): CertificateStore {
  const metadata = { name: "apps", namespace: "web", uid: "u", resourceVersion: "1", generation: 3 };
  return {
    apiVersion: "certferry.io/v1alpha1",
    kind: "CertificateStore",
    metadata: { ...metadata, creationTimestamp: "2026-05-01T00:00:00Z" },
    spec: { suspend, kubernetes: { auth: { serviceAccountRef: { name: "writer" } } } },
    ...(status && { status }),
  };
}

const healths = {
  well: { well: true, capabilities: ["Deploy"] },
  noAnswer: { well: false, error: new TransientError("ClusterUnavailable", "No answer.") },
  noSecret: { well: false, error: new WaitingError("SecretMissing", "Create it.") },
  badSpec: { well: false, error: new TerminalError("InvalidKubeconfig", "Correct it.") },
  badLogin: { well: false, error: new CredentialsRefused("Renew it.") },
  noRight: { well: false, error: new BlockedError("TokenNotGranted", "Grant it.") },
} satisfies Record<string, Health>;

describe("the conditions of a store", () => {
  // what its check gave; suspended; Ready with its reason; Reconciling; Stalled
  it.each<[keyof typeof healths, boolean, string, string, string]>([
    ["well", false, "True Available", "False", "False"],
    ["well", true, "True Suspended", "False", "False"],
    ["noAnswer", false, "False ClusterUnavailable", "True", "False"],
    ["noAnswer", true, "False ClusterUnavailable", "True", "False"],
    ["noSecret", false, "False SecretMissing", "True", "False"],
    ["noSecret", true, "False SecretMissing", "True", "False"],
    ["badSpec", false, "False InvalidKubeconfig", "False", "True"],
    ["badSpec", true, "False InvalidKubeconfig", "False", "True"],
    ["badLogin", false, "False CredentialsRefused", "False", "True"],
    ["noRight", false, "False TokenNotGranted", "False", "True"],
    ["noRight", true, "False TokenNotGranted", "False", "True"],
  ])("%s, suspended %s: Ready %s, Reconciling %s, Stalled %s", (health, suspended, ready, reconciling, stalled) => {
    const { conditions = [], observedGeneration } = storeStatus(store(suspended), healths[health], now);
    const [first, second, third] = conditions;
    expect(conditions.map(({ type }) => type)).toEqual(["Ready", "Reconciling", "Stalled"]);
    expect([`${first?.status} ${first?.reason}`, second?.status, third?.status]).toEqual([ready, reconciling, stalled]);
    expect([observedGeneration, ...conditions.map((condition) => condition.observedGeneration)]).toEqual([3, 3, 3, 3]);
  });

  it("are the same object's at rest: a check that finds nothing new changes nothing", () => {
    const first = storeStatus(store(false), healths.well, now);
    const second = storeStatus(store(false, first), healths.well, new Date("2026-06-01T01:00:00Z"));
    expect(second).toEqual(first);
  });

  it("keep what the back end told of itself while it does not answer", () => {
    const first = storeStatus(store(false), { ...healths.well, providerVersion: "v1.36.3" }, now);
    const { providerVersion, capabilities } = storeStatus(store(false, first), healths.noAnswer, now);
    expect([providerVersion, capabilities]).toEqual(["v1.36.3", ["Deploy"]]);
  });
});
