import { X509Certificate } from "node:crypto";
import { type CertificateFacts, certificateFacts } from "../../src/formats/index.ts";
import type {
  Desired,
  Followed,
  Observation,
  OpenJob,
  Place,
  PlaceContext,
  PutResult,
} from "../../src/stores/contract.ts";
import type { Yard } from "./yard.ts";

const holders = { ours: true, others: [], foreign: false };

/** Brings a certificate into the yard, at once. */
export class YardImport implements Place {
  readonly address: string;
  readonly spots: readonly string[] = ["certificate"];
  readonly key: string;
  readonly repeatable = true;
  readonly #yard: Yard;

  constructor(yard: Yard, { name }: PlaceContext) {
    this.#yard = yard;
    this.address = `yard/certificates/${name}`;
    this.key = name;
  }

  observe({ bundle }: Desired): Promise<Observation> {
    const found = [...this.#yard.certificates].find(([, text]) => text === pem(bundle.leaf));
    return Promise.resolve(found === undefined ? { state: "Absent" } : this.#seen(...found));
  }

  put({ bundle }: Desired): Promise<PutResult> {
    const text = pem(bundle.leaf);
    const id = String(this.#yard.certificates.size + 41);
    this.#yard.certificates.set(id, text);
    const seen = this.#seen(id, text);
    return Promise.resolve({ outcome: "Written", seen: { ...seen, report: { ...seen.report, importStatus: 1 } } });
  }

  #seen(id: string, text: string): Observation {
    const leaf = facts(text);
    const remote = { id, version: leaf.sha1 };
    return { state: "Present", remote, holders, leaf, differs: [], report: { certificateId: Number(id) } };
  }
}

/** A slot of the yard: jobs bring what it shall hold. */
export class YardSlot implements Place {
  readonly address: string;
  readonly spots: readonly string[] = ["slot"];
  readonly key: string;
  readonly repeatable = false;
  readonly keepsTime?: true;
  readonly #yard: Yard;
  readonly #held: string;

  constructor(yard: Yard, { storeId, submit }: { storeId: string; submit?: string }, { held }: PlaceContext) {
    this.#yard = yard;
    this.address = `yard/${storeId}`;
    this.key = storeId;
    this.#held = yard.certificates.get(held?.id ?? "") ?? "";
    if (submit === "Early") this.keepsTime = true;
  }

  observe(desired: Desired): Promise<Observation> {
    const text = this.#yard.slots.get(this.key);
    if (text === undefined) return Promise.resolve({ state: "Absent" });
    const differs = text === pem(desired.bundle.leaf) ? [] : [{ what: "certificate" }];
    const replaced = this.#yard.aliases.get(this.key);
    const seen = { state: "Present", remote: { id: this.key }, holders, leaf: facts(text), differs } as const;
    return Promise.resolve(replaced === undefined ? seen : { ...seen, replaced });
  }

  put(): Promise<PutResult> {
    const { id } = this.#yard.submit("Add", this.key, this.#held);
    return Promise.resolve({ outcome: "Submitted", job: { ids: [id], state: "Add" } });
  }

  async follow({ ids: [id] }: OpenJob, desired: Desired): Promise<Followed> {
    const job = this.#yard.find(id);
    if (job?.state === "Done") return { outcome: "Ended", seen: await this.observe(desired) };
    if (job?.state === "Failed" || job?.state === "Withdrawn" || id === undefined || job === undefined) {
      return { outcome: "Failed", reason: "JobFailed", message: `Job ${id} has failed.` };
    }
    const open = { outcome: "Open", job: { ids: [id], state: "Add" }, message: `Job ${id} is ${job.state}.` } as const;
    return job.state === "Running"
      ? { ...open, reason: "JobRunning" }
      : { ...open, reason: "JobSubmitted", idleSince: new Date() };
  }

  withdraw({ ids: [id] }: OpenJob): Promise<boolean> {
    return Promise.resolve(this.#yard.withdraw(id));
  }
}

function pem(der: Buffer): string {
  return new X509Certificate(der).toString();
}

function facts(text: string): CertificateFacts {
  return certificateFacts(new X509Certificate(text).raw);
}
