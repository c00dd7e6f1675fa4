import { describe, expect, it } from "vitest";
import { issue } from "../../../test/fixtures/pki.ts";
import { clusterOf } from "./kubeconfig.ts";

const { pem, keyPem } = await issue({ subject: "CN=ca", ca: true });
const other = await issue({ subject: "CN=other" });
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const ca = base64(pem);
const base = {
  clusters: [{ name: "c", cluster: { server: "https://10.0.0.1:6443/", "certificate-authority-data": ca } }],
  users: [{ name: "u", user: { token: "t0ken" } }],
  contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
  "current-context": "x",
};

function withUser(user: object): object {
  return { ...base, users: [{ name: "u", user }] };
}

function withCluster(cluster: object): object {
  return { ...base, clusters: [{ name: "c", cluster }] };
}

describe("a kubeconfig that somebody else wrote", () => {
  it("gives server, CA and token", async () => {
    const config = clusterOf(JSON.stringify(base));
    expect([config.server, config.caPem]).toEqual(["https://10.0.0.1:6443", pem]);
    if (!("token" in config.credentials)) throw new Error("no token");
    expect(await config.credentials.token(new AbortController().signal)).toBe("t0ken");
  });

  it("gives a client certificate with its key, and trusts the system's CAs where it names none", () => {
    const user = { "client-certificate-data": ca, "client-key-data": base64(keyPem) };
    const cluster = { server: "https://a.example.com", "tls-server-name": "b.example.com" };
    expect(clusterOf(JSON.stringify({ ...withUser(user), clusters: [{ name: "c", cluster }] }))).toEqual({
      server: "https://a.example.com",
      serverName: "b.example.com",
      credentials: { clientCertificate: { certPem: pem, keyPem } },
    });
  });

  it("takes the only context where none is current", () => {
    expect(clusterOf(JSON.stringify({ ...base, "current-context": undefined })).server).toBe("https://10.0.0.1:6443");
  });

  it.each<[string, unknown, string]>([
    ["a program to run", withUser({ exec: { command: "sh" } }), "users.0.user: exec is not allowed here"],
    ["a provider", withUser({ "auth-provider": { name: "gcp" } }), "auth-provider is not allowed"],
    ["a file", withUser({ tokenFile: "/etc/token" }), "tokenFile is not allowed"],
    ["a password", withUser({ username: "u", password: "s3cret" }), "username, password is not allowed"],
    ["impersonation", withUser({ token: "t", as: "root" }), "as is not allowed"],
    [
      "two ways to log in",
      withUser({ token: "t", "client-certificate-data": ca }),
      "either token, or client-certificate-data",
    ],
    [
      "another certificate's key",
      withUser({ "client-certificate-data": ca, "client-key-data": base64(other.keyPem) }),
      "client-key-data is not the private key of client-certificate-data",
    ],
    ["a token with a line break", withUser({ token: "s3cret\n" }), "users.0.user.token is missing or not of the right"],
    [
      "two contexts and none current",
      {
        ...base,
        contexts: [...base.contexts, { name: "y", context: { cluster: "c", user: "u" } }],
        "current-context": "",
      },
      "current-context must name one context",
    ],
    ["no way to log in", withUser({}), "either token, or client-certificate-data"],
    [
      "unverified TLS",
      withCluster({ server: "https://a", "insecure-skip-tls-verify": true }),
      "insecure-skip-tls-verify is not allowed",
    ],
    ["a proxy", withCluster({ server: "https://a", "proxy-url": "http://p" }), "proxy-url is not allowed"],
    [
      "a CA file",
      withCluster({ server: "https://a", "certificate-authority": "/ca" }),
      "certificate-authority is not allowed",
    ],
    ["plain HTTP", withCluster({ server: "http://a" }), "clusters.0.cluster.server must be an https URL"],
    [
      "a CA that is none",
      withCluster({ server: "https://a", "certificate-authority-data": "bm9uZQ==" }),
      "certificate-authority-data is not a PEM certificate",
    ],
    ["a context that is not there", { ...base, "current-context": "y" }, "current-context must name one context"],
    ["a user that is not there", { ...base, users: [] }, "names a cluster or user that is not there"],
  ])("is refused with %s", (_, config, words) => {
    expect(() => clusterOf(JSON.stringify(config))).toThrow(words);
    expect(() => clusterOf(JSON.stringify(config))).not.toThrow(/s3cret|\/etc\/token/);
  });

  it("is refused when it is no YAML, or grows by aliases", () => {
    expect(() => clusterOf("{")).toThrow("it is not YAML");
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n`;
    expect(() => clusterOf(bomb)).toThrow("it is not YAML");
  });
});
