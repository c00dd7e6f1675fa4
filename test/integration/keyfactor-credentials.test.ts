import { afterEach, expect, it } from "vitest";
import { CertificateImports } from "../../src/controllers/resources.ts";
import type { CertificateImport } from "../../src/crds/index.ts";
import { eventually } from "../control-plane/index.ts";
import { issue } from "../fixtures/pki.ts";
import { administrator, CommandWorld } from "./command-world.ts";
import { named } from "./world.ts";

const many = 500;
/** On a busy machine. */
const patient = { timeout: 480_000 };
const unhurried = { limits: { requestsPerMinute: 60_000 }, healthcheck: { enabled: false } };

let scene: CommandWorld;

afterEach(() => scene.close());

async function imports(): Promise<readonly CertificateImport[]> {
  const list = { namespace: scene.world.home, signal: AbortSignal.timeout(10_000) };
  return (await scene.world.plane.client.list(CertificateImports, list)).items;
}

/** The certificate that all imports have brought, not `before`, once this is the reason of each. */
async function all(reason: string, before?: string): Promise<string> {
  let sha256: string | undefined;
  const look = async (): Promise<boolean> => {
    const found = await imports();
    sha256 = found[0]?.status?.delivery?.remote?.sha256;
    return (
      found.length === many && found.every(({ status }) => status?.delivery?.reason === reason) && sha256 !== before
    );
  };
  await eventually(`all imports to be ${reason}`, look, { withinMs: 200_000, everyMs: 1_000 });
  return sha256 ?? "";
}

/** Waits until Command has been asked nothing for two seconds. */
async function quiet(): Promise<void> {
  let [asked, since] = [-1, 0];
  await eventually("Command to be asked nothing", () => {
    const { length } = scene.server.traffic.seen;
    if (length !== asked) [asked, since] = [length, performance.now()];
    return Promise.resolve(performance.now() - since > 2_000);
  });
}

it(
  "an account whose password was changed makes one failing login, however many resources use it",
  patient,
  async () => {
    const user = { name: administrator.username, password: administrator.password, roles: ["Administrator"] };
    scene = await CommandWorld.start("login", { users: [user] });
    await scene.store("command", {}, { spec: unhurried });
    await scene.source("web");
    const names = Array.from({ length: many }, (_, index) => `import-${index}`);
    const spec = {
      source: { secretRef: { name: "web" } },
      storeRef: { name: "command" },
      keyfactorCommand: {},
    };
    await scene.world.apply(...names.map((name) => ({ ...scene.ours("CertificateImport", name), spec })));
    const first = await all("Delivered");

    // Each request that is under way when a password changes is a failing login of its own.
    await quiet();
    user.password = "An0ther-of-Command!";
    await scene.source("web");
    await all("CredentialsRefused");
    expect(scene.server.traffic.refusedLogins).toBe(1);

    await scene.store("command", {}, { spec: unhurried, login: { ...administrator, password: "An0ther-of-Command!" } });
    await all("Delivered", first);
    expect(scene.server.traffic.refusedLogins).toBe(1);
  },
);

it("a store whose CA was not the right one goes on as soon as its ConfigMap holds it", patient, async () => {
  scene = await CommandWorld.start("store-ca");
  const ca = await issue({ subject: "CN=Elsewhere", ca: true });
  const roots = named("v1", "ConfigMap", "roots", scene.world.home);
  await scene.store(
    "other",
    { caConfigMapRef: { name: "roots", key: "ca.crt" } },
    { spec: { healthcheck: { enabled: false } } },
  );
  await scene.source("web");
  await scene.import("web", {}, { storeRef: { name: "other" } });
  await scene.ready("web", "ConfigMapMissing");
  await scene.world.apply({ ...roots, data: { "ca.crt": ca.pem } });
  const { status } = await scene.ready("web", "TlsNotTrusted");
  expect(status?.conditions?.find(({ type }) => type === "Ready")?.message).toContain(
    "does not come from the CA that the store names. Put the CA there that issued it",
  );
  await scene.world.apply({ ...roots, data: { "ca.crt": scene.server.caPem } });
  await scene.ready("web", "Delivered");
});
