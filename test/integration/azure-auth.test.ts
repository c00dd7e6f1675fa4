import { generateKeyPairSync, type JsonWebKey, randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { requestToken } from "../../src/kube/index.ts";
import { eventually } from "../control-plane/index.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { selfSigned } from "../fixtures/any-key.ts";
import { rememberSecret } from "../leaks/material.ts";
import { claimsChallenge } from "../servers/azure-key-vault/index.ts";
import { type Application, Directory, ImdsServer } from "../servers/entra/index.ts";
import { AzureWorld } from "./azure-world.ts";
import { named, tokenGrant } from "./world.ts";

const signal = (): AbortSignal => AbortSignal.timeout(20_000);
const issuer = "https://kubernetes.default.svc";
const federated = randomUUID();
const certified = randomUUID();
const machine = randomUUID();
const rsa = selfSigned(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey);

// A write without answer is looked for after half a minute, and machines are busy.
vi.setConfig({ testTimeout: 180_000 });

let all: AzureWorld;
let imds: ImdsServer;
beforeAll(async () => {
  const plane = sharedControlPlane();
  const applications: Application[] = [{ clientId: certified, certificates: [rsa.pem] }, { clientId: machine }];
  const issuerKeys = async (): Promise<readonly JsonWebKey[]> => {
    const { stdout } = await plane.kubectl(["get", "--raw", "/openid/v1/jwks"]);
    return (JSON.parse(stdout) as { keys: JsonWebKey[] }).keys;
  };
  all = await AzureWorld.start("azure-auth", {}, [], { applications, issuerKeys });
  const { directory } = all.keyVault.entra;
  imds = await ImdsServer.start({ directory, userAssigned: [machine] });
  const federations = ["vault-user", "operator"].map((account) => {
    return { issuer, subject: `system:serviceaccount:${all.world.home}:${account}` };
  });
  directory.applications.push({ clientId: federated, federations });
});
afterAll(async () => {
  await all.close();
  await imds.close();
});

/** Applies a store with this login. */
function store(name: string, auth: object): Promise<void> {
  return all.store(name, all.keyVault.block({ auth }));
}

async function deliveredBy(storeName: string, name = storeName): Promise<void> {
  await all.source(name);
  await all.import(name, {}, { storeRef: { name: storeName } });
  await all.ready(name);
  expect(all.keyVault.versions(name)).toHaveLength(1);
}

const tenantId = (): string => all.keyVault.entra.directory.tenantId;

describe("workload identity", () => {
  it("a ServiceAccount's token is exchanged, once its owner lets the operator have one", async () => {
    const { home } = all.world;
    await all.world.apply(named("v1", "ServiceAccount", "vault-user", home));
    const workloadIdentity = { tenantId: tenantId(), clientId: federated, serviceAccountRef: { name: "vault-user" } };
    await store("workload", { workloadIdentity });
    const { status } = await all.storeReady("workload", "TokenNotGranted");
    expect(status?.conditions?.find(({ type }) => type === "Ready")?.message).toContain(
      `Bind it to a Role in ${home}: apiGroups [""], resources [serviceaccounts/token], resourceNames [vault-user], verbs [create].`,
    );
    await all.world.apply(...tokenGrant(home, "vault-user"));
    await deliveredBy("workload");
  });

  it("a subject that the application is not federated with is a login refused, which names the subject", async () => {
    const { home } = all.world;
    await all.world.apply(named("v1", "ServiceAccount", "stranger", home), ...tokenGrant(home, "stranger"));
    await store("stranger", {
      workloadIdentity: { tenantId: tenantId(), clientId: federated, serviceAccountRef: { name: "stranger" } },
    });
    const { status } = await all.storeReady("stranger", "CredentialsRefused");
    const message = status?.conditions?.find(({ type }) => type === "Ready")?.message ?? "";
    expect(message).toContain(`login.microsoftonline.com refuses the login of ServiceAccount ${home}/stranger`);
    expect(message).toContain("AADSTS700213");
  });
});

describe("client secret", () => {
  it("is refused when it is wrong, and taken as soon as the Secret is right", async () => {
    await all.secret("rotating-login", { ...all.keyVault.login, clientSecret: "wrong-as-can-be" });
    const secretRef = { name: "rotating-login", key: "clientSecret" };
    await store("rotating", { clientSecret: { tenantId: tenantId(), clientId: all.keyVault.clientId, secretRef } });
    await all.source("rotating");
    await all.import("rotating", {}, { storeRef: { name: "rotating" } });
    expect(await all.told("rotating", "CredentialsRefused")).toContain("AADSTS7000215: Invalid client secret provided");
    const refused = all.keyVault.entra.directory.refused;
    expect(refused).toBeLessThan(4);
    await all.secret("rotating-login", all.keyVault.login);
    await all.ready("rotating");
  });

  it("one token is enough for all that a store does", async () => {
    await all.store("frugal", all.keyVault.block());
    await all.storeReady("frugal");
    const before = all.keyVault.entra.directory.issued;
    await deliveredBy("frugal", "frugal-1");
    await deliveredBy("frugal", "frugal-2");
    expect(all.keyVault.entra.directory.issued - before).toBeLessThanOrEqual(1);
  });
});

it("client certificate: the application's, out of a Secret of type kubernetes.io/tls", async () => {
  await all.secret("vault-app", { "tls.crt": rsa.pem, "tls.key": rsa.keyPem }, "kubernetes.io/tls");
  await store("certified", {
    clientCertificate: { tenantId: tenantId(), clientId: certified, secretRef: { name: "vault-app" } },
  });
  await deliveredBy("certified");
  expect(all.keyVault.versions("certified")).toHaveLength(1);
});

describe("what a vault says of a token", () => {
  it("access was changed since it was given: one new token for what the vault asks, and it goes on", async () => {
    await all.store("evaluated", all.keyVault.block());
    await deliveredBy("evaluated", "before");
    const before = all.keyVault.entra.directory.issued;
    const fault = all.keyVault.server.inject(
      claimsChallenge(tenantId(), { access_token: { nbf: { essential: true, value: "1" } } }),
      { kind: "POST /certificates/{name}/import", times: 1 },
    );
    await deliveredBy("evaluated", "after");
    expect(fault.hits).toBe(1);
    expect(all.keyVault.entra.directory.issued - before).toBe(1);
  });

  it("the vault is another tenant's: the status names both", async () => {
    const other = new Directory({ tenantId: "11111111-0000-4000-8000-000000000001" });
    const away = await AzureWorld.start("azure-tenant", { authority: other });
    const { status } = await away.storeReady("vault", "CredentialsRefused");
    await away.close();
    expect(status?.conditions?.find(({ type }) => type === "Ready")?.message).toContain(
      `The vault belongs to the tenant 11111111-0000-4000-8000-000000000001, and Secret vault-login logs in to ${tenantId()}`,
    );
  });
});

describe("the clouds", () => {
  it.each([
    ["china", { vaultUrl: "https://web.vault.azure.cn" }, "CloudMismatch"],
    ["elsewhere", { vaultUrl: "https://vault.example.com" }, "CloudMismatch"],
    ["others", { authorityHost: "https://login.example.com" }, "AuthorityRefused"],
  ])("%s: no token goes where it is not for", async (name, block, reason) => {
    const issued = all.keyVault.entra.directory.issued;
    await all.store(name, all.keyVault.block(block));
    await all.storeReady(name, reason);
    expect(all.keyVault.entra.directory.issued).toBe(issued);
  });
});

describe("the operator's own identity", () => {
  const managed = { managedIdentity: { clientId: machine } };

  it("is refused to a CertificateStore", async () => {
    await store("machine", managed);
    const { status } = await all.storeReady("machine", "AmbientCredentialsRefused");
    expect(status?.conditions?.find(({ type }) => type === "Ready")?.message).toContain("--store-ambient-credentials");
    await store("pod", { workloadIdentity: {} });
    await all.storeReady("pod", "AmbientCredentialsRefused");
  });

  it("is free for a CertificateStore where the flag says so: the machine's and the pod's", async () => {
    await all.world.stop();
    await all.world.apply(named("v1", "ServiceAccount", "operator", all.world.home));
    const account = { namespace: all.world.home, name: "operator" };
    const audiences = ["api://AzureADTokenExchange"];
    const { token } = await requestToken(all.world.plane.client, account, { audiences, signal: signal() });
    rememberSecret(token);
    const file = join(tmpdir(), `federated-${randomUUID()}`);
    await writeFile(file, token);
    const resolve = `${all.keyVault.resolve},169.254.169.254=${new URL(imds.url).host}`;
    await all.start(["--store-ambient-credentials", `--resolve=${resolve}`]);
    await deliveredBy("machine");
    expect(imds.traffic.count("GET /metadata/identity/oauth2/token")).toBeGreaterThan(0);
    await store("nobody", { managedIdentity: { clientId: randomUUID() } });
    const { status } = await all.storeReady("nobody", "IdentityUnavailable");
    expect(status?.conditions?.find(({ type }) => type === "Ready")?.message).toContain("Identity not found");

    await all.storeReady("pod", "IdentityUnavailable");
    vi.stubEnv("AZURE_FEDERATED_TOKEN_FILE", file);
    vi.stubEnv("AZURE_TENANT_ID", tenantId());
    vi.stubEnv("AZURE_CLIENT_ID", federated);
    await all.storeReady("pod");
    await deliveredBy("pod");
  });

  it("is free for a ClusterCertificateStore, unless it is switched off", async () => {
    await all.world.stop();
    vi.unstubAllEnvs();
    const resolve = `${all.keyVault.resolve},169.254.169.254=${new URL(imds.url).host}`;
    const flags = ["--watch-namespaces=", `--resolve=${resolve}`];
    const { home } = all.world;
    const name = `vault-${home}`;
    const caSecretRef = { name: "vault-login", key: "ca.crt", namespace: home };
    await all.world.apply({
      apiVersion: "certferry.io/v1alpha1",
      kind: "ClusterCertificateStore",
      metadata: { name },
      spec: {
        azureKeyVault: { ...all.keyVault.block(), auth: managed, caSecretRef },
        grants: [{ namespaces: { names: [home] }, places: ["{namespace}-*"] }],
      },
    });
    await all.start(flags);
    const storeRef = { kind: "ClusterCertificateStore", name };
    await all.source("clustered");
    await all.import("clustered", { name: `${home}-web` }, { storeRef });
    await all.ready("clustered");
    await all.source("ungranted");
    await all.import("ungranted", { name: "other-web" }, { storeRef });
    await all.ready("ungranted", "NotGranted");
    await all.world.stop();
    await all.start([...flags, "--cluster-store-ambient-credentials=false"]);
    await eventually("the store to be refused", async () => {
      const args = ["get", "clustercertificatestore", name, "-o", "json"];
      return (await all.world.plane.kubectl(args)).stdout.includes("AmbientCredentialsRefused");
    });
    await all.world.plane.kubectl(["delete", "clustercertificatestore", name, "--wait=false"]);
  });
});
