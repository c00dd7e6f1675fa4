import { TerminalError } from "../../errors.ts";
import { isThumbprint } from "../import/place-key.ts";

const steps = ["Waiting", "Running", "WillRetry", "AwaitingInventory", "Removing"] as const;

/**
 * What a job does, and how far it has come: it brings a certificate and nobody has picked it up, or runs, or has failed and runs
 * again, or has ended and is to be shown by the inventory; or it takes an entry away.
 */
export type JobStep = (typeof steps)[number];

/** What a job's `state` holds: `AwaitingInventory certificate=32ED... ended=2026-11-22T03:00:05.000Z`. */
export interface JobState {
  readonly step: JobStep;
  /** Thumbprint of the certificate that it is about. */
  readonly certificate: string;
  /** When Command was told to begin, where that is not at once. */
  readonly due?: Date | undefined;
  /** When it had ended, by Command's clock. */
  readonly ended?: Date | undefined;
  /** It ended with a warning, which proves nothing. */
  readonly warned?: true | undefined;
  /** When an inventory was asked for. */
  readonly asked?: Date | undefined;
}

export function writeJobState({ step, certificate, due, ended, warned, asked }: JobState): string {
  const fields = {
    certificate,
    due: due?.toISOString(),
    ended: ended?.toISOString(),
    warned: warned === true ? "true" : undefined,
    asked: asked?.toISOString(),
  };
  const words = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
  return [step, ...words].join(" ");
}

/** Reads what whoever may write the status can have changed. Throws `TerminalError` `PlaceUnknown`. */
export function readJobState(text: string): JobState {
  const [step, ...words] = text.split(" ");
  const fields = new Map(words.map((word) => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)]));
  const certificate = fields.get("certificate") ?? "";
  const known = steps.find((one) => one === step);
  if (known === undefined || !isThumbprint(certificate)) {
    throw new TerminalError(
      "PlaceUnknown",
      "The record of a job cannot be read; look at the store in Command, then request a reconcile.",
    );
  }
  return {
    step: known,
    certificate,
    ...timeIn(fields, "due"),
    ...timeIn(fields, "ended"),
    ...(fields.get("warned") === "true" ? { warned: true } : {}),
    ...timeIn(fields, "asked"),
  };
}

function timeIn<Name extends string>(fields: ReadonlyMap<string, string>, name: Name): { [K in Name]?: Date } {
  const time = new Date(fields.get(name) ?? "");
  return Number.isNaN(time.getTime()) ? {} : ({ [name]: time } as { [K in Name]?: Date });
}
