import { expect, it } from "vitest";
import { challengeOf } from "./challenge.ts";

it("reads the directory of a vault", () => {
  const header =
    'Bearer authorization="https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47", resource="https://vault.azure.net"';
  expect(challengeOf(header)).toEqual({ tenantId: "72f988bf-86f1-41af-91ab-2d7cd011db47" });
});

it("reads what a new token must be asked for with", () => {
  const header =
    'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ=="';
  expect(challengeOf(header)).toEqual({ tenantId: "common", claims: '{"access_token":{}}' });
});

it.each([
  undefined,
  "",
  "Negotiate",
  'Bearer authorization="no address"',
  'Bearer error="invalid_token", claims="e30="',
])("reads nothing from %j", (header) => {
  expect(challengeOf(header)).toEqual({});
});
