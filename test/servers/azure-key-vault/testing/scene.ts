import { onTestFinished } from "vitest";
import { chainFor, type Issued, type IssueOptions } from "../../../fixtures/pki.ts";
import { writeByPkijs } from "../../../interop/pkijs.ts";
import { Directory } from "../../entra/index.ts";
import { type ServerOptions, VaultServer } from "../server.ts";
import { Client, type Reply } from "./client.ts";

/** Of certificates that have not expired by the clock of a scene, whatever the machine's says. */
export const validity = { notBefore: new Date("2026-11-21T00:00:00Z"), notAfter: new Date("2027-02-20T00:00:00Z") };
/** A scene's clock when it begins, in UNIX seconds. */
export const start = 1_795_316_400;

const clientId = "5c0d5a3f-0000-4000-8000-000000000002";

/** A vault whose clock stands until it is moved, and a client of it; both end with the test. */
export class Scene {
  readonly server: VaultServer;
  readonly directory: Directory;
  readonly client: Client;
  readonly #clock: { now: number };

  private constructor(server: VaultServer, directory: Directory, clock: { now: number }) {
    this.server = server;
    this.directory = directory;
    this.#clock = clock;
    this.client = this.clientWith(directory.issue({ clientId }, "https://vault.azure.net"));
    onTestFinished(() => server.close());
  }

  static async start(options: Partial<ServerOptions> = {}): Promise<Scene> {
    const clock = { now: start * 1_000 };
    // Longer than any scene goes on.
    const tokenSeconds = 365 * 86_400;
    const directory = new Directory({ applications: [{ clientId }], tokenSeconds, clock: () => clock.now });
    const server = await VaultServer.start({ authority: directory, clock: () => clock.now, ...options });
    return new Scene(server, directory, clock);
  }

  get clientId(): string {
    return clientId;
  }

  pass(milliseconds: number): void {
    this.#clock.now += milliseconds;
  }

  /** Another client, with a token of its own. */
  clientWith(token: string): Client {
    const client = new Client(this.server, token);
    onTestFinished(() => client.close());
    return client;
  }

  /** Imports a PFX, and gives the bundle. */
  async imported(name = "web", more: object = {}): Promise<Bundle> {
    const { pfx: value } = await identityFor("leaf.example.test");
    return bundle(await this.client.post(`/certificates/${name}/import`, { value, pwd: "s3cret", ...more }));
  }
}

/** What tests read of an answer. */
export interface Bundle {
  readonly id: string;
  readonly x5t: string;
  readonly cer: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly policy: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export function bundle({ status, json, text }: Reply): Bundle {
  if (status !== 200) throw new Error(`answered with ${status}: ${text}`);
  return json as Bundle;
}

export function versionOf({ id }: Bundle): string {
  return id.slice(id.lastIndexOf("/") + 1);
}

/** A leaf with its chain and key, P-256. */
export interface Identity {
  readonly root: Issued;
  readonly intermediate: Issued;
  readonly leaf: Issued;
  /** Base64 of a PKCS#12 of all three, whose password is `s3cret`. */
  readonly pfx: string;
  /** The key, the leaf, the intermediate. */
  readonly pem: string;
}

export async function identityFor(
  dnsName: string,
  valid: Pick<IssueOptions, "notBefore" | "notAfter"> = validity,
): Promise<Identity> {
  const chain = await chainFor(dnsName, valid);
  const { root, intermediate, leaf } = chain;
  const certificates = [root, intermediate, leaf].map(({ certificate }) => Buffer.from(certificate.rawData));
  const key = await crypto.subtle.exportKey("pkcs8", leaf.keys.privateKey);
  const pfx = await writeByPkijs({ certificates, keys: [Buffer.from(key)] }, "s3cret", 1_000);
  const pem = `${leaf.keyPem}${leaf.pem}${intermediate.pem}`;
  return { ...chain, pfx: pfx.toString("base64"), pem };
}

/** A policy that says PEM. */
export const pemPolicy = { secret_props: { contentType: "application/x-pem-file" } };
