import { describe, expect, it } from "vitest";
import { TransientError } from "../errors.ts";
import { isMissingRight, meaningOf } from "./failure.ts";
import { VaultRefusal } from "./refusal.ts";

const asked = { verb: "import", name: "web", host: "web.vault.azure.net" } as const;

function refusal(status: number, code: string, inner = "", message = "words"): VaultRefusal {
  const error = { code, message, ...(inner === "" ? {} : { innererror: { code: inner } }) };
  return new VaultRefusal({ status, headers: {}, body: Buffer.from(JSON.stringify({ error })) });
}

describe("what a vault's refusal means", () => {
  it.each([
    [403, "Forbidden", "ForbiddenByRbac", "BlockedError", "AccessDenied"],
    [403, "Forbidden", "AccessDenied", "BlockedError", "AccessDenied"],
    [403, "Forbidden", "ForbiddenByPolicy", "BlockedError", "AccessDenied"],
    [403, "Forbidden", "", "BlockedError", "AccessDenied"],
    [403, "Forbidden", "ForbiddenByFirewall", "TerminalError", "VaultFirewall"],
    [403, "Forbidden", "ForbiddenByConnection", "TerminalError", "VaultFirewall"],
    [403, "Forbidden", "SecretDisabled", "BlockedError", "ObjectDisabled"],
    [409, "Conflict", "ObjectIsDeletedButRecoverable", "BlockedError", "SoftDeleted"],
    [409, "Conflict", "ObjectIsBeingDeleted", "WaitingError", "BeingDeleted"],
    [409, "Conflict", "ObjectIsBeingRecovered", "WaitingError", "Recovering"],
    [409, "Forbidden", "", "WaitingError", "OperationPending"],
    [409, "Conflict", "", "BlockedError", "NameTaken"],
    [400, "BadParameter", "", "TerminalError", "Refused"],
    [404, "CertificateNotFound", "", "TerminalError", "Refused"],
  ])("%i %s %s is %s %s", (status, code, inner, name, reason) => {
    expect(meaningOf(refusal(status, code, inner), asked)).toMatchObject({ name, reason });
  });

  it("names the operation, the code and what the vault says", () => {
    expect(meaningOf(refusal(400, "BadParameter", "", "The\r\n specified\u0000 content"), asked).message).toBe(
      "The vault refuses to import certificate web of web.vault.azure.net (BadParameter): The specified content",
    );
  });

  it("cuts and cleans codes as well as words: whoever is in between may answer anything", () => {
    const code = `Bad\r\n\u001b[31m${"x".repeat(200)}`;
    const told = "Bad [31mxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…";
    expect(meaningOf(refusal(400, code), asked).message).toBe(
      `The vault refuses to import certificate web of web.vault.azure.net (${told}): words`,
    );
    expect(meaningOf(refusal(403, "Forbidden", code), asked).message).toContain(`(${told}). Grant it the role`);
  });

  it("names the role that a purge needs, which is another one", () => {
    const message = meaningOf(refusal(403, "Forbidden", "ForbiddenByRbac"), { ...asked, verb: "purge" }).message;
    expect(message).toContain("Key Vault Purge Operator");
  });

  it("leaves what the connection has decided as it is", () => {
    const error = new TransientError("StoreUnavailable", "later");
    expect(() => meaningOf(error, asked)).toThrow(error);
  });

  it("is read from any body, also from none", () => {
    for (const body of ["", "<html>", "null", '{"error":"x"}', '{"error":{"code":1}}']) {
      const error = new VaultRefusal({ status: 403, headers: {}, body: Buffer.from(body) });
      expect([error.code, error.inner, error.message]).toEqual(["", "", ""]);
    }
  });
});

it("a missing right is neither the firewall's doing nor that of a disabled object", () => {
  expect(isMissingRight(refusal(403, "Forbidden", "ForbiddenByRbac"))).toBe(true);
  expect(isMissingRight(refusal(403, "Forbidden", "ForbiddenByFirewall"))).toBe(false);
  expect(isMissingRight(refusal(403, "Forbidden", "SecretDisabled"))).toBe(false);
  expect(isMissingRight(refusal(409, "Forbidden"))).toBe(false);
});
