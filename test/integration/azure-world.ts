import { CertificateStores } from "../../src/controllers/resources.ts";
import type { CertificateImport, CertificateStore, Condition } from "../../src/crds/index.ts";
import { eventually } from "../control-plane/index.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { KeyVault } from "../fixtures/key-vault.ts";
import type { Issued } from "../fixtures/pki.ts";
import { rememberSecret } from "../leaks/material.ts";
import type { Settings, Version } from "../servers/azure-key-vault/index.ts";
import type { DirectoryOptions } from "../servers/entra/index.ts";
import { leafAndIssuer, named, World } from "./world.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The head of a PFX is enough to find it again, and each character more would make the search slower. */
function onSecret(secret: string): void {
  rememberSecret(secret.slice(0, 1024));
}

export const importing = "POST /certificates/{name}/import";

/** A world with a vault, and the store `vault` that leads there. */
export class AzureWorld {
  readonly world: World;
  readonly keyVault: KeyVault;

  private constructor(world: World, keyVault: KeyVault) {
    this.world = world;
    this.keyVault = keyVault;
  }

  /** @param flags of the operator, which is started. `close` it. */
  static async start(
    name: string,
    settings: Partial<Settings> = {},
    flags: readonly string[] = [],
    directory: DirectoryOptions = {},
  ): Promise<AzureWorld> {
    const world = await World.create(sharedControlPlane(), name);
    const all = new AzureWorld(world, await KeyVault.start({ onSecret, ...settings }, { onSecret, ...directory }));
    await all.secret("vault-login", all.keyVault.login);
    // Whoever is blocked looks every 300 ms here, not every 10 minutes.
    await all.store("vault", all.keyVault.block(), { limits: { requestsPerMinute: 6000 } });
    await all.start(flags);
    return all;
  }

  start(flags: readonly string[] = []): Promise<void> {
    return this.world.start([`--resolve=${this.keyVault.resolve}`, ...flags]);
  }

  async close(): Promise<void> {
    await this.world.stop();
    await this.keyVault.close();
  }

  /** The head of an object of ours. */
  ours(kind: string, name: string, metadata: object = {}): object {
    return named("certferry.io/v1alpha1", kind, name, this.world.home, metadata);
  }

  async secret(name: string, stringData: Readonly<Record<string, string>>, type = "Opaque"): Promise<void> {
    for (const [key, value] of Object.entries(stringData)) if (!key.endsWith(".crt")) rememberSecret(value);
    await this.world.apply({ ...named("v1", "Secret", name, this.world.home), type, stringData });
  }

  async store(name: string, azureKeyVault: object, spec: Fields = {}): Promise<void> {
    await this.world.apply({ ...this.ours("CertificateStore", name), spec: { azureKeyVault, ...spec } });
  }

  /** A leaf with its key and issuer in the Secret of this name. */
  async source(name: string, more: Parameters<typeof leafAndIssuer>[1] = {}): Promise<[Issued, Issued]> {
    const [leaf, issuer] = await leafAndIssuer(`${name}.example.com`, more);
    await this.world.source(name, leaf, [issuer]);
    return [leaf, issuer];
  }

  /** Applies an import of the Secret of its own name. */
  async import(name: string, azureKeyVault: Fields = {}, spec: Fields = {}): Promise<void> {
    const common = { source: { secretRef: { name } }, storeRef: { name: "vault" } };
    await this.world.apply({ ...this.ours("CertificateImport", name), spec: { ...common, azureKeyVault, ...spec } });
  }

  /** Applies source and import of one name, and waits until it is delivered. */
  async delivered(name: string, azureKeyVault: Fields = {}, spec: Fields = {}): Promise<CertificateImport> {
    await this.source(name);
    await this.import(name, azureKeyVault, spec);
    return this.ready(name);
  }

  /** The import once Ready has this reason for its present spec. */
  ready(name: string, reason = "Delivered", withinMs = 60_000): Promise<CertificateImport> {
    const look = async (): Promise<CertificateImport> => {
      const found = await this.world.import(name);
      checkReason(found, reason);
      return found;
    };
    return eventually(`import ${name} to be ${reason}`, look, { withinMs });
  }

  /** Reason and message of a delivery that has come to this. */
  async told(name: string, reason: string): Promise<string> {
    const { status } = await this.ready(name, reason);
    return status?.delivery?.message ?? "";
  }

  storeReady(name: string, reason = "Available"): Promise<CertificateStore> {
    return eventually(
      `store ${name} to be ${reason}`,
      async () => {
        const options = { signal: AbortSignal.timeout(20_000) };
        const found = await this.world.plane.client.get(
          CertificateStores,
          { namespace: this.world.home, name },
          options,
        );
        checkReason(found, reason);
        return found;
      },
      { withinMs: 60_000 },
    );
  }

  /** Asks for a look at an import, and waits for its end. */
  async look(name: string, value: string): Promise<void> {
    const annotation = `certferry.io/reconcile-requested-at=${value}`;
    const args = ["annotate", "certificateimport", name, "-n", this.world.home, "--overwrite", annotation];
    await this.world.plane.kubectl(args);
    const handled = async (): Promise<boolean> =>
      (await this.world.import(name)).status?.lastHandledReconcileAt === value;
    await eventually("the request to be handled", handled, { withinMs: 60_000 });
  }

  /** The newest version in the vault. */
  newest(name: string): Version {
    const version = this.keyVault.versions(name).at(-1);
    if (version === undefined) throw new Error(`the vault has no certificate ${name}`);
    return version;
  }

  /** How many imports the vault was asked for since it started. */
  get imports(): number {
    return this.keyVault.server.traffic.count(importing);
  }
}

type Conditioned = Pick<CertificateImport, "metadata"> & {
  readonly status?: { observedGeneration?: number | undefined; conditions?: Condition[] | undefined } | undefined;
};

function checkReason({ metadata, status }: Conditioned, reason: string): void {
  const condition = status?.conditions?.find(({ type }) => type === "Ready");
  if (condition?.reason === reason && status?.observedGeneration === metadata.generation) return;
  throw new Error(`it is ${condition?.reason ?? "not there"}: ${condition?.message ?? ""}`);
}
