import { eventually } from "../control-plane/index.ts";
import { CertificateImports, StoreDeployments } from "../../src/controllers/resources.ts";
import { deployment, leafAndIssuer, named, target, type World } from "./world.ts";

function importOf(world: World, index: number): object {
  return {
    ...named("certferry.io/v1alpha1", "CertificateImport", `import-${index}`, world.home),
    spec: {
      source: { secretRef: { name: "web-tls" } },
      storeRef: { name: "apps" },
      kubernetes: { namespace: world.away, name: `import-${index}`, outputs: [{ format: "TLS" }] },
    },
  };
}

async function delivered(world: World): Promise<number> {
  const signal = AbortSignal.timeout(30_000);
  const [imports, deployments] = await Promise.all([
    world.plane.client.list(CertificateImports, { namespace: world.home, signal }),
    world.plane.client.list(StoreDeployments, { namespace: world.home, signal }),
  ]);
  const ready = [...imports.items, ...deployments.items].filter(({ status }) => status?.summary === "1/1 delivered");
  return ready.length;
}

/**
 * Delivers as many imports and deployments, starts the operator anew and forces a refresh of all. Gives what was written to their
 * places at first and since, and how many are delivered in the end.
 */
export async function refreshAll(
  world: World,
  count: number,
): Promise<{ readonly first: number; readonly again: number; readonly delivered: number }> {
  const [leaf, issuer] = await leafAndIssuer("rest.example.com");
  await world.source("web-tls", leaf, [issuer]);
  await world.apply(...Array.from({ length: count }, (_, index) => importOf(world, index)));
  await world.apply(
    ...Array.from({ length: count }, (_, index) =>
      deployment(world.home, `deploy-${index}`, [target("t", world.away, `deploy-${index}`)]),
    ),
  );
  await world.start();
  await eventually("all to be delivered", async () => (await delivered(world)) === 2 * count, {
    withinMs: 240_000,
    everyMs: 500,
  });
  const first = await world.writes();

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
  // Every place has been looked at since, by its own account.
  await eventually(
    "a look at every place",
    async () => {
      const looks = await world.plane.audit.events({ resource: "secrets", namespace: world.away, verb: "get", since });
      return new Set(looks.map(({ name }) => name)).size === 2 * count;
    },
    { withinMs: 240_000, everyMs: 500 },
  );
  return { first, again: await world.writes(undefined, since), delivered: await delivered(world) };
}
