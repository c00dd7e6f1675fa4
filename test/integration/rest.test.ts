import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually } from "../control-plane/index.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { CertificateImports, StoreDeployments } from "../../src/controllers/resources.ts";
import { deployment, leafAndIssuer, named, target, World } from "./world.ts";

const count = 1_000;
let world: World;

beforeAll(async () => {
  world = await World.create(sharedControlPlane(), "rest");
});
afterAll(() => world.stop());

function importOf(index: number): object {
  return {
    ...named("certferry.io/v1alpha1", "CertificateImport", `import-${index}`, world.home),
    spec: {
      source: { secretRef: { name: "web-tls" } },
      storeRef: { name: "apps" },
      kubernetes: { namespace: world.away, name: `import-${index}`, outputs: [{ format: "TLS" }] },
    },
  };
}

async function delivered(): Promise<number> {
  const signal = AbortSignal.timeout(30_000);
  const [imports, deployments] = await Promise.all([
    world.plane.client.list(CertificateImports, { namespace: world.home, signal }),
    world.plane.client.list(StoreDeployments, { namespace: world.home, signal }),
  ]);
  const ready = [...imports.items, ...deployments.items].filter(({ status }) => status?.summary === "1/1 delivered");
  return ready.length;
}

it(`${count} imports and ${count} deployments at rest: a new start and a forced refresh of everything write nothing`, async () => {
  const [leaf, issuer] = await leafAndIssuer("rest.example.com");
  await world.source("web-tls", leaf, [issuer]);
  await world.apply(...Array.from({ length: count }, (_, index) => importOf(index)));
  await world.apply(
    ...Array.from({ length: count }, (_, index) =>
      deployment(world.home, `deploy-${index}`, [target("t", world.away, `deploy-${index}`)]),
    ),
  );
  await world.start();
  await eventually("all to be delivered", async () => (await delivered()) === 2 * count, {
    withinMs: 240_000,
    everyMs: 500,
  });
  expect(await world.writes()).toBe(2 * count);

  await world.stop();
  const since = new Date();
  await world.start();
  const request = ["annotate", "certificateimports,storedeployments", "--all", "-n", world.home, "--overwrite"];
  await world.plane.kubectl([...request, "certferry.io/reconcile-requested-at=all"]);
  await eventually(
    "every request to be handled",
    async () => {
      const signal = AbortSignal.timeout(30_000);
      const imports = await world.plane.client.list(CertificateImports, { namespace: world.home, signal });
      const deployments = await world.plane.client.list(StoreDeployments, { namespace: world.home, signal });
      const all = [...imports.items, ...deployments.items];
      return all.every(({ status }) => status?.lastHandledReconcileAt === "all");
    },
    { withinMs: 240_000, everyMs: 500 },
  );
  // Every place has been looked at since, by its own account...
  await eventually(
    "a look at every place",
    async () => {
      const looks = await world.plane.audit.events({ resource: "secrets", namespace: world.away, verb: "get", since });
      return new Set(looks.map(({ name }) => name)).size === 2 * count;
    },
    { withinMs: 240_000, everyMs: 500 },
  );
  // ... and nothing was written there, nor in the status beyond the handled request.
  expect(await world.writes(undefined, since)).toBe(0);
  expect(await delivered()).toBe(2 * count);
}, 900_000);
