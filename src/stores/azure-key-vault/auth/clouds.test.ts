import { describe, expect, it } from "vitest";
import { tokenSourceOf } from "./clouds.ts";

describe("the tokens for a vault", () => {
  it.each([
    ["https://web.vault.azure.net", undefined, "https://login.microsoftonline.com", "https://vault.azure.net"],
    [
      "https://WEB.vault.azure.net/",
      "https://login.microsoftonline.com/",
      "https://login.microsoftonline.com",
      "https://vault.azure.net",
    ],
    [
      "https://web.vault.azure.cn",
      "https://login.chinacloudapi.cn",
      "https://login.chinacloudapi.cn",
      "https://vault.azure.cn",
    ],
    [
      "https://web.vault.azure.cn",
      "https://login.partner.microsoftonline.cn",
      "https://login.partner.microsoftonline.cn",
      "https://vault.azure.cn",
    ],
    [
      "https://web.vault.usgovcloudapi.net",
      "https://login.microsoftonline.us",
      "https://login.microsoftonline.us",
      "https://vault.usgovcloudapi.net",
    ],
    [
      "https://web.vault.stack.example",
      "https://login.stack.example:8443",
      "https://login.stack.example:8443",
      "https://vault.stack.example",
    ],
  ])("for %s from %s", (vaultUrl, authorityHost, from, resource) => {
    const block = authorityHost === undefined ? { vaultUrl } : { vaultUrl, authorityHost };
    expect(tokenSourceOf(block, ["login.stack.example:8443"])).toMatchObject({ authorityHost: from, resource });
  });

  it("come from any name of the cloud's token service", () => {
    const china = { vaultUrl: "https://web.vault.azure.cn", authorityHost: "https://login.chinacloudapi.cn" };
    expect(tokenSourceOf(china, []).authorities).toEqual([
      "https://login.partner.microsoftonline.cn",
      "https://login.chinacloudapi.cn",
    ]);
    const own = { vaultUrl: "https://web.vault.stack.example", authorityHost: "https://login.stack.example" };
    expect(tokenSourceOf(own, ["login.stack.example"]).authorities).toEqual(["https://login.stack.example"]);
  });

  it.each([
    ["an authority that nobody allows", "https://web.vault.azure.net", "https://login.example.com", "AuthorityRefused"],
    [
      "one below an allowed one",
      "https://web.vault.azure.net",
      "https://x.login.microsoftonline.com",
      "AuthorityRefused",
    ],
    ["another cloud's authority", "https://web.vault.azure.cn", undefined, "CloudMismatch"],
    ["another cloud's vault", "https://web.vault.azure.net", "https://login.microsoftonline.us", "CloudMismatch"],
    ["a host that is no vault", "https://web.example.com", undefined, "CloudMismatch"],
    ["a host below a vault", "https://a.web.vault.azure.net", undefined, "CloudMismatch"],
    ["a host that only ends alike", "https://webvault.azure.net", undefined, "CloudMismatch"],
    ["the domain of all vaults", "https://vault.azure.net", undefined, "CloudMismatch"],
    [
      "an own authority for Azure's vault",
      "https://web.vault.azure.net",
      "https://login.stack.example",
      "CloudMismatch",
    ],
    ["a host without domain", "https://vault", "https://login.stack.example", "CloudMismatch"],
  ])("are refused for %s", (_, vaultUrl, authorityHost, reason) => {
    const block = authorityHost === undefined ? { vaultUrl } : { vaultUrl, authorityHost };
    expect(() => tokenSourceOf(block, ["login.stack.example"])).toThrow(
      expect.objectContaining({ name: "TerminalError", reason }),
    );
  });

  it("say what goes together", () => {
    expect(() => tokenSourceOf({ vaultUrl: "https://web.vault.azure.cn" }, [])).toThrow(
      "The vault web.vault.azure.cn is one of Azure in China: set authorityHost to https://login.partner.microsoftonline.cn.",
    );
  });
});
