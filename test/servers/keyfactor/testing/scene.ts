import { onTestFinished } from "vitest";
import { chainFor, type Issued } from "../../../fixtures/pki.ts";
import { writeByPkijs } from "../../../interop/pkijs.ts";
import { CommandServer, type ServerOptions } from "../server.ts";
import { Client } from "./client.ts";

/** Of certificates that have not expired by the clock of a scene, whatever the machine's says. */
export const validity = { notBefore: new Date("2026-11-21T00:00:00Z"), notAfter: new Date("2027-02-20T00:00:00Z") };

/** A server whose clock stands until it is moved, and a client of it; both end with the test. */
export class Scene {
  readonly server: CommandServer;
  readonly client: Client;
  readonly #clock: { now: number };

  private constructor(server: CommandServer, clock: { now: number }) {
    this.server = server;
    this.#clock = clock;
    this.client = this.clientAs();
    onTestFinished(() => server.close());
  }

  static async start(options: ServerOptions = {}): Promise<Scene> {
    const clock = { now: Date.parse("2026-11-22T03:00:00.000Z") };
    return new Scene(await CommandServer.start({ clock: () => clock.now, ...options }), clock);
  }

  pass(milliseconds: number): void {
    this.#clock.now += milliseconds;
  }

  /** Another client, as the administrator unless told otherwise. */
  clientAs(authorization?: string): Client {
    const client = new Client(this.server, authorization);
    onTestFinished(() => client.close());
    return client;
  }

  /** Imports a certificate with its key, and gives its id. */
  async imported(identity?: Identity): Promise<number> {
    const { pfx, leaf } = identity ?? (await identityFor("leaf.example.test"));
    const { status } = await this.client.post("/Certificates/Import", { Certificate: pfx, Password: "s3cret" });
    if (status !== 200) throw new Error(`the import was answered with ${status}`);
    return this.server.command.certificates.byThumbprint(await thumbprintOf(leaf))?.id ?? 0;
  }

  /** Adds a certificate to one store, at once, and gives the job's id. */
  async added(certificateId: number, entry: Readonly<Record<string, unknown>>): Promise<string> {
    const body = {
      CertificateId: certificateId,
      CertificateStores: [{ Overwrite: false, IncludePrivateKey: true, ...entry }],
      Schedule: { Immediate: true },
    };
    const { json } = await this.client.post("/CertificateStores/Certificates/Add", body);
    return (json as string[])[0] ?? "";
  }

  /** All rows of a job, the newest first. */
  async history(jobId: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const query = `QueryString=${encodeURIComponent(`JobId -eq "${jobId}"`)}&SortField=JobHistoryId&SortAscending=1`;
    return (await this.client.get(`/OrchestratorJobs/JobHistory?${query}`)).json as Record<string, unknown>[];
  }
}

/** A leaf with its chain and key. */
export interface Identity {
  readonly root: Issued;
  readonly intermediate: Issued;
  readonly leaf: Issued;
  /** Base64 of a PKCS#12 of all three, whose password is `s3cret`. */
  readonly pfx: string;
}

export async function identityFor(dnsName: string): Promise<Identity> {
  const chain = await chainFor(dnsName, validity);
  const certificates = [chain.root, chain.intermediate, chain.leaf].map(({ certificate }) =>
    Buffer.from(certificate.rawData),
  );
  const key = await crypto.subtle.exportKey("pkcs8", chain.leaf.keys.privateKey);
  const pfx = await writeByPkijs({ certificates, keys: [Buffer.from(key)] }, "s3cret", 1_000);
  return { ...chain, pfx: pfx.toString("base64") };
}

/** As Command writes it. */
export async function thumbprintOf({ certificate }: Issued): Promise<string> {
  return Buffer.from(await certificate.getThumbprint("SHA-1"))
    .toString("hex")
    .toUpperCase();
}
