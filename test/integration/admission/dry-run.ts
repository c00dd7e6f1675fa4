import { Agent, fetch } from "undici";
import type { ClusterAccess } from "../../control-plane/index.ts";
import type { AdmissionObject } from "./row.ts";

const plurals: Record<AdmissionObject["kind"], string> = {
  CertificateStore: "certificatestores",
  ClusterCertificateStore: "clustercertificatestores",
  CertificateImport: "certificateimports",
  StoreDeployment: "storedeployments",
  CertificateDownload: "certificatedownloads",
};

const apiVersion = "certferry.io/v1alpha1";

/** Asks the API server what it makes of objects; as kubectl does, an unknown field is an error. */
export class Admission {
  readonly #agent: Agent;
  readonly #server: string;
  readonly #namespace: string;

  constructor(plane: ClusterAccess, namespace: string) {
    const { server, caPem, adminCertPem, adminKeyPem } = plane.facts;
    this.#agent = new Agent({ connect: { ca: caPem, cert: adminCertPem, key: adminKeyPem } });
    this.#server = server;
    this.#namespace = namespace;
  }

  /** "taken", or the message of the refusal. Nothing is stored. */
  ask(object: AdmissionObject, name: string): Promise<string> {
    return this.#apply(object, name, "&dryRun=All");
  }

  /** Stores an object for as long as `work` takes. */
  async with(object: AdmissionObject | undefined, name: string, work: () => Promise<void>): Promise<void> {
    if (object === undefined) return work();
    const answer = await this.#apply(object, name, "");
    if (answer !== "taken") throw new Error(answer);
    try {
      await work();
    } finally {
      await this.#send("DELETE", this.#pathOf(object, name));
    }
  }

  close(): Promise<void> {
    return this.#agent.close();
  }

  async #apply(object: AdmissionObject, name: string, query: string): Promise<string> {
    const { kind, spec } = object;
    const metadata = { name, ...(kind === "ClusterCertificateStore" ? {} : { namespace: this.#namespace }) };
    const parameters = `?fieldManager=test&force=true&fieldValidation=Strict${query}`;
    const body = JSON.stringify({ apiVersion, kind, metadata, spec });
    return this.#send("PATCH", this.#pathOf(object, name) + parameters, body);
  }

  #pathOf({ kind }: AdmissionObject, name: string): string {
    const scope = kind === "ClusterCertificateStore" ? "" : `/namespaces/${this.#namespace}`;
    return `/apis/${apiVersion}${scope}/${plurals[kind]}/${name}`;
  }

  async #send(method: string, path: string, body?: string): Promise<string> {
    const response = await fetch(this.#server + path, {
      method,
      headers: { "content-type": "application/apply-patch+yaml" },
      ...(body === undefined ? {} : { body }),
      dispatcher: this.#agent,
      signal: AbortSignal.timeout(20_000),
    });
    const answer = (await response.json()) as { message?: string };
    return response.ok ? "taken" : (answer.message ?? `status ${response.status}`);
  }
}
