import { describe, expect, it, onTestFinished } from "vitest";
import { CommandScene } from "../../../test/fixtures/command-store.ts";
import { OAuthServer } from "../../../test/servers/oauth/index.ts";

const signal = AbortSignal.timeout(60_000);
const [clientId, clientSecret] = ["certferry", "s3cret"];
const administrator = "CORP\\certferry";

/** Command whose tokens are those of oidc-provider, and a store that logs in there with this Secret. */
async function byOAuth(secret: Record<string, string> = {}) {
  const oauth = await OAuthServer.start({ clientId, clientSecret, scopes: ["command"] });
  onTestFinished(() => oauth.close());
  const tokens = async (token: string): Promise<string | undefined> =>
    (await oauth.accepts(`Bearer ${token}`)) ? administrator : undefined;
  const scene = await CommandScene.start({ tokens });
  const store = await scene.store({
    block: { auth: { oauthSecretRef: { name: "login" } } },
    login: { tokenUrl: oauth.tokenUrl, clientId, clientSecret, ...secret },
    otherCa: oauth.caPem,
  });
  return { oauth, store, server: scene.server };
}

describe("a store with oauthSecretRef", () => {
  it("logs in with a token for all its requests", async () => {
    const { oauth, store, server } = await byOAuth({ scopes: "command", audience: "command\n" });
    await store.check(signal);
    await store.check(signal);
    expect([oauth.requests.length, server.traffic.refusedLogins]).toEqual([1, 0]);
  });

  it("is refused where its client is", async () => {
    const { store, server } = await byOAuth({ clientSecret: "wrong" });
    await expect(store.check(signal)).rejects.toMatchObject({
      reason: "CredentialsRefused",
      message: expect.stringMatching(
        /refuses the client of Secret login \(invalid_client\); renew its id or secret\.$/,
      ),
    });
    expect(server.traffic.seen).toEqual([]);
  });
});

it.each<[string, Record<string, string>, string]>([
  ["basicSecretRef", { username: "u" }, "password"],
  ["oauthSecretRef", { tokenUrl: "https://idp.example.com", clientId: "c" }, "clientSecret"],
])("a store with %s waits for what its Secret lacks", async (ref, login, key) => {
  const scene = await CommandScene.start();
  await expect(scene.store({ block: { auth: { [ref]: { name: "login" } } }, login })).rejects.toMatchObject({
    name: "WaitingError",
    reason: "SecretKeyMissing",
    message: `Secret login has no key ${key}, which the login needs; add it.`,
  });
});

it("a store with tokenSecretRef logs in with that token", async () => {
  const scene = await CommandScene.start({ tokens: (token) => (token === "abc" ? administrator : undefined) });
  const block = { auth: { tokenSecretRef: { name: "login", key: "token" } } };
  await (await scene.store({ block, login: { token: "abc\n" } })).check(signal);
  const wrong = await scene.store({ block, login: { token: "abd" } });
  await expect(wrong.check(signal)).rejects.toMatchObject({ reason: "CredentialsRefused" });
});

it("a store whose password is wrong makes one failing login for all who come at once", async () => {
  const scene = await CommandScene.start();
  const store = await scene.store({ login: { username: administrator, password: "wrong" } });
  const checks = await Promise.allSettled(Array.from({ length: 50 }, () => store.check(signal)));
  const refused = checks.filter((check) => check.status === "rejected" && check.reason.reason === "CredentialsRefused");
  expect([refused.length, scene.server.traffic.refusedLogins]).toEqual([50, 1]);
});
