import { createPipelineRequest, type PipelineRequest } from "@azure/core-rest-pipeline";
import { expect, it, onTestFinished } from "vitest";
import { hangUp } from "../../../kube/testing/raw-server.ts";
import { egressGuard } from "../../egress/index.ts";
import { answer, openGuard, serveTls } from "../../http/testing/tls-server.ts";
import { TokenTransport, type TokenTransportOptions } from "./transport.ts";

function transport(options: Partial<TokenTransportOptions>): TokenTransport {
  const made = new TokenTransport({
    authorities: [],
    caPem: undefined,
    guard: openGuard,
    timeoutMs: 20_000,
    ...options,
  });
  onTestFinished(() => made.close());
  return made;
}

function tokenRequest(origin: string): PipelineRequest {
  return createPipelineRequest({ url: `${origin}/tenant/oauth2/v2.0/token?a=b`, method: "POST", body: "grant_type=x" });
}

it("carries what Azure's packages ask a token service, and what it answers", async () => {
  const server = await serveTls(answer(400, '{"error":"x"}', { "content-type": "application/json" }));
  const { status, bodyAsText, headers } = await transport({
    authorities: [server.url],
    caPem: server.caPem,
  }).sendRequest(tokenRequest(server.url));
  expect([status, bodyAsText, headers.get("Content-Type")]).toEqual([400, '{"error":"x"}', "application/json"]);
  expect(server.requests).toMatchObject([{ path: "/tenant/oauth2/v2.0/token?a=b", body: "grant_type=x" }]);
});

it("leaves no write in doubt when a token service is lost: the vault was asked nothing", async () => {
  const server = await serveTls(hangUp);
  const lost = transport({ authorities: [server.url], caPem: server.caPem }).sendRequest(tokenRequest(server.url));
  await expect(lost).rejects.toMatchObject({ name: "TransientError", happened: "no" });
});

it("goes by the operator's flags, and follows no redirect", async () => {
  const server = await serveTls(answer(302, "", { location: "https://login.example.com/" }));
  const known = { authorities: [server.url], caPem: server.caPem };
  const guard = egressGuard({ deny: ["127.0.0.0/8"], allow: undefined, resolve: new Map() });
  await expect(transport({ ...known, guard }).sendRequest(tokenRequest(server.url))).rejects.toMatchObject({
    reason: "EgressDenied",
  });
  await expect(transport(known).sendRequest(tokenRequest(server.url))).rejects.toMatchObject({
    reason: "RedirectRefused",
  });
  expect(server.requests).toHaveLength(1);
});

it.each(["https://login.example.com", "http://169.254.169.254"])(
  "does not go to %s, which is no token service of the store's cloud",
  async (origin) => {
    const request = createPipelineRequest({ url: `${origin}/token`, allowInsecureConnection: true });
    const authorities = ["https://login.microsoftonline.com"];
    await expect(transport({ authorities }).sendRequest(request)).rejects.toMatchObject({ reason: "EgressDenied" });
  },
);
