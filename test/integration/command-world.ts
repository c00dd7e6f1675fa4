import { onTestFinished } from "vitest";
import { CertificateStores } from "../../src/controllers/resources.ts";
import type { CertificateImport, CertificateStore, Condition } from "../../src/crds/index.ts";
import { eventually } from "../control-plane/index.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import type { Issued } from "../fixtures/pki.ts";
import { rememberSecret } from "../leaks/material.ts";
import { CommandServer, type ServerOptions } from "../servers/keyfactor/index.ts";
import { rememberSecretsOf } from "./command-secrets.ts";
import { leafAndIssuer, named, World } from "./world.ts";

/** The contract server's administrator. */
export const administrator = { username: "CORP\\certferry", password: "Passw0rd-of-Command!" };

/** What a login's Secret holds that status and messages may name. */
const publicKeys: ReadonlySet<string> = new Set(["username", "tokenUrl", "clientId", "scopes", "audience"]);

type Spec = Readonly<Record<string, unknown>>;

/** A world with an installation of Command, and the store `command` that leads there. */
export class CommandWorld {
  readonly world: World;
  readonly server: CommandServer;

  private constructor(world: World, server: CommandServer) {
    this.world = world;
    this.server = server;
  }

  /** @param flags of the operator, which is started. `close` it. */
  static async start(name: string, options: ServerOptions = {}, flags: readonly string[] = []): Promise<CommandWorld> {
    const world = await World.create(sharedControlPlane(), name);
    const server = await CommandServer.start(options);
    rememberSecretsOf(server);
    const all = new CommandWorld(world, server);
    await all.store("command");
    await world.start(flags);
    return all;
  }

  async close(): Promise<void> {
    await this.world.stop();
    await this.server.close();
  }

  /** The head of an object of ours. */
  ours(kind: string, name: string, metadata: object = {}): object {
    return named("certferry.io/v1alpha1", kind, name, this.world.home, metadata);
  }

  /** Applies a Secret. */
  async secret(name: string, stringData: Readonly<Record<string, string>>, type = "Opaque"): Promise<void> {
    for (const [key, value] of Object.entries(stringData)) if (!publicKeys.has(key)) rememberSecret(value);
    await this.world.apply({ ...named("v1", "Secret", name, this.world.home), type, stringData });
  }

  /** Applies a store with its Secret `<name>-login` and its CA in the ConfigMap `<name>-ca`. @param block what the block has otherwise */
  async store(
    name: string,
    block: Spec = {},
    { server = this.server, spec = {}, login = administrator } = {},
  ): Promise<void> {
    rememberSecret(login.password);
    const { home } = this.world;
    await this.world.apply(
      { ...named("v1", "Secret", `${name}-login`, home), type: "kubernetes.io/basic-auth", stringData: login },
      { ...named("v1", "ConfigMap", `${name}-ca`, home), data: { "ca.crt": server.caPem } },
      {
        ...this.ours("CertificateStore", name),
        spec: {
          keyfactorCommand: {
            url: server.url,
            auth: { basicSecretRef: { name: `${name}-login` } },
            caConfigMapRef: { name: `${name}-ca`, key: "ca.crt" },
            ...block,
          },
          ...spec,
        },
      },
    );
  }

  /** Another installation, with a store of this name; it ends with the test. */
  async installation(
    name: string,
    options: ServerOptions,
    block: Spec = {},
    more: { spec?: Spec } = {},
  ): Promise<CommandServer> {
    const server = await CommandServer.start(options);
    onTestFinished(() => server.close());
    rememberSecretsOf(server);
    await this.store(name, block, { server, ...more });
    return server;
  }

  /** A leaf with its key and issuer in the Secret of this name. */
  async source(name: string, host = "web.example.com"): Promise<Issued> {
    const [leaf, issuer] = await leafAndIssuer(host);
    await this.world.source(name, leaf, [issuer]);
    return leaf;
  }

  /** Applies an import of the Secret of its own name. */
  async import(name: string, block: Spec = {}, spec: Spec = {}, metadata: object = {}): Promise<void> {
    const head = this.ours("CertificateImport", name, metadata);
    const source = { secretRef: { name } };
    await this.world.apply({
      ...head,
      spec: { source, storeRef: { name: "command" }, keyfactorCommand: block, ...spec },
    });
  }

  /** The import once Ready has this reason for its present spec. */
  ready(name: string, reason = "Delivered", withinMs = 30_000): Promise<CertificateImport> {
    const look = async (): Promise<CertificateImport> => {
      const found = await this.world.import(name);
      checkReason(found, found.status?.conditions, "Ready", reason);
      return found;
    };
    return eventually(`import ${name} to be ${reason}`, look, { withinMs });
  }

  /** The store once Ready has this reason for its present spec. */
  storeReady(name: string, reason = "Available"): Promise<CertificateStore> {
    return eventually(`store ${name} to be ${reason}`, async () => {
      const options = { signal: AbortSignal.timeout(10_000) };
      const found = await this.world.plane.client.get(CertificateStores, { namespace: this.world.home, name }, options);
      checkReason(found, found.status?.conditions, "Ready", reason);
      return found;
    });
  }

  /** Asks for a look at an import, and waits for its end. */
  async look(name: string, value: string): Promise<void> {
    const annotation = `certferry.io/reconcile-requested-at=${value}`;
    const args = ["annotate", "certificateimport", name, "-n", this.world.home, "--overwrite", annotation];
    await this.world.plane.kubectl(args);
    await eventually("the request to be handled", async () => {
      return (await this.world.import(name)).status?.lastHandledReconcileAt === value;
    });
  }
}

/** As Command writes it. */
export function thumbprintOf({ certificate }: Issued): Promise<string> {
  return certificate.getThumbprint("SHA-1").then((bytes) => Buffer.from(bytes).toString("hex").toUpperCase());
}

function checkReason(
  {
    metadata,
    status,
  }: Pick<CertificateImport, "metadata"> & { status?: { observedGeneration?: number | undefined } | undefined },
  conditions: readonly Condition[] | undefined,
  type: string,
  reason: string,
): void {
  const condition = conditions?.find((one) => one.type === type);
  const current = status?.observedGeneration === metadata.generation;
  if (condition?.reason === reason && current) return;
  throw new Error(`it is ${condition?.reason ?? "not there"}: ${condition?.message ?? ""}`);
}
