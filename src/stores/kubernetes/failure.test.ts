import { describe, expect, it } from "vitest";
import { KubeError, type KubeErrorReason } from "../../kube/index.ts";
import { WaitingError } from "../errors.ts";
import { type Asked, meaningOf } from "./failure.ts";

const asked: Asked = { verb: "patch", namespace: "web", name: "tls", as: "ServiceAccount shop/writer" };

function meaning(
  reason: KubeErrorReason,
  details: { sent?: boolean; status?: number } = {},
  verb: Asked["verb"] = "patch",
): string {
  const error = meaningOf(new KubeError(reason, "data: c2VjcmV0", details), { ...asked, verb });
  return `${error.name} ${error.reason}${error.name === "TransientError" ? ` ${error.happened}` : ""}`;
}

describe("a failed request to a cluster", () => {
  it.each<[KubeErrorReason, string]>([
    ["Unauthorized", "BlockedError CredentialsRefused"],
    ["Forbidden", "BlockedError AccessDenied"],
    ["NotFound", "WaitingError NamespaceMissing"],
    ["Invalid", "TerminalError Refused"],
    ["TooManyRequests", "TransientError ClusterUnavailable no"],
    ["InternalError", "TransientError ClusterUnavailable unknown"],
    ["ConnectionFailed", "TransientError ClusterUnavailable unknown"],
    ["Timeout", "TransientError ClusterUnavailable unknown"],
  ])("%s means %s", (reason, expected) => {
    expect(meaning(reason)).toBe(expected);
  });

  it("did surely not happen when it was never sent, or only looked", () => {
    expect(meaning("ConnectionFailed", { sent: false })).toBe("TransientError ClusterUnavailable no");
    expect(meaning("Timeout", {}, "get")).toBe("TransientError ClusterUnavailable no");
  });

  it("never tells what the server said of a Secret's values", () => {
    expect(meaningOf(new KubeError("Invalid", "data: c2VjcmV0", {}), asked).message).not.toContain("c2VjcmV0");
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
