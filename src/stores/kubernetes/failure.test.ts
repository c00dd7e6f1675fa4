import { describe, expect, it, onTestFinished, vi } from "vitest";
import { KubeError, type KubeErrorReason } from "../../kube/index.ts";
import { WaitingError } from "../errors.ts";
import { type Asked, clusterMeaning, meaningOf } from "./failure.ts";

const asked: Asked = {
  verb: "patch",
  resource: { kind: "Secret", plural: "secrets" },
  namespace: "web",
  name: "tls",
  as: "ServiceAccount shop/writer",
};

function meaning(
  reason: KubeErrorReason,
  details: { sent?: boolean; status?: number } = {},
  verb: Asked["verb"] = "patch",
): string {
  const error = meaningOf(new KubeError(reason, "data: c2VjcmV0", details), { ...asked, verb });
  return `${error.name} ${error.reason}${error.name === "TransientError" ? ` ${error.happened}` : ""}`;
}

describe("a failed request to a cluster", () => {
  it.each<[KubeErrorReason, number | undefined, string]>([
    ["Unauthorized", 401, "WaitingError CredentialsRefused"],
    ["Forbidden", 403, "BlockedError AccessDenied"],
    ["NotFound", 404, "WaitingError NamespaceMissing"],
    ["Invalid", 422, "TerminalError Refused"],
    ["TooManyRequests", 429, "TransientError ClusterUnavailable no"],
    ["MethodNotAllowed", 405, "TransientError ClusterUnavailable no"],
    ["InternalError", 500, "TransientError ClusterUnavailable unknown"],
    ["Timeout", 504, "TransientError ClusterUnavailable unknown"],
    ["Timeout", undefined, "TransientError ClusterUnavailable unknown"],
    ["ConnectionFailed", undefined, "TransientError ClusterUnavailable unknown"],
    ["Aborted", undefined, "TransientError ClusterUnavailable unknown"],
  ])("%s (%s) means %s", (reason, status, expected) => {
    expect(meaning(reason, status === undefined ? {} : { status })).toBe(expected);
  });

  it("did surely not happen when it was never sent, or only looked", () => {
    expect(meaning("ConnectionFailed", { sent: false })).toBe("TransientError ClusterUnavailable no");
    expect(meaning("Timeout", {}, "get")).toBe("TransientError ClusterUnavailable no");
  });

  it.each<[KubeErrorReason, number | undefined, boolean]>([
    ["Timeout", undefined, true],
    ["ConnectionFailed", undefined, true],
    ["Timeout", 504, false],
    ["Aborted", undefined, false],
  ])("%s (%s) is silence: %s", (reason, status, silent) => {
    const error = new KubeError(reason, "no answer", status === undefined ? {} : { status });
    expect(meaningOf(error, asked)).toMatchObject({ silent });
    expect(clusterMeaning(error, asked.as)).toMatchObject({ silent });
  });

  it("that asks for no object writes nothing, and tells of a refused login as any other", () => {
    const error = new KubeError("InternalError", "out of order", { status: 500 });
    expect(clusterMeaning(error, asked.as)).toMatchObject({ reason: "ClusterUnavailable", happened: "no" });
    const refused = clusterMeaning(new KubeError("Unauthorized", "no", { status: 401 }), asked.as);
    expect(refused).toMatchObject({
      reason: "CredentialsRefused",
      message: "The cluster refuses the credentials of ServiceAccount shop/writer; renew them.",
    });
  });

  it("never tells what the server said of a Secret's values", () => {
    expect(meaningOf(new KubeError("Invalid", "data: c2VjcmV0", {}), asked).message).not.toContain("c2VjcmV0");
  });

  it("tells what is wrong with a connection, in our own words", () => {
    const error = new KubeError("ConnectionFailed", "GET https://10.0.0.1/x: self-signed certificate");
    expect(meaningOf(error, asked).message).toBe(
      "Secret web/tls: the API server could not patch it (GET https://10.0.0.1/x: self-signed certificate); it is tried again.",
    );
  });

  it("is tried again when the server says so", () => {
    vi.useFakeTimers({ now: new Date("2030-01-01T00:00:00Z") });
    onTestFinished(() => void vi.useRealTimers());
    const error = new KubeError("TooManyRequests", "slow down", { status: 429, retryAfterSeconds: 40 });
    expect(meaningOf(error, asked)).toMatchObject({ retryAfter: new Date("2030-01-01T00:00:40Z") });
  });

  it("is what the credentials' own failure was", () => {
    const inner = new WaitingError("ServiceAccountMissing", "create it");
    expect(meaningOf(new KubeError("Unauthorized", "no token", { cause: inner }), asked)).toBe(inner);
  });

  it("in a namespace that is going is waited for", () => {
    const error = new KubeError(
      "Forbidden",
      "unable to create new content in namespace web because it is being terminated",
    );
    expect(meaningOf(error, asked).reason).toBe("NamespaceTerminating");
  });
});
