import * as z from "zod";
import { BlockedError, TransientError, type StoreError } from "../errors.ts";
import type { Reason } from "../../crds/index.ts";
import { cleaned, type HttpAnswer, jsonOf, unavailable, withoutSecrets } from "../http/index.ts";
import { members } from "./answer.ts";

/** What was asked, for messages. */
export interface Asked {
  /** `import a certificate`. */
  readonly doing: string;
  /** The access rules of Command that allow it: one of them is enough. */
  readonly rights: readonly string[];
  /** What was sent along that no message may repeat. */
  readonly secrets?: readonly string[];
  /** Whether it changes nothing. */
  readonly reads: boolean;
}

/** Command has refused what was asked, with these words of its own. */
export class CommandRefusal extends BlockedError {
  readonly status: number;
  /** Cleaned; empty where it gave none. */
  readonly said: string;
  /** When, by Command's clock where its answer tells that. */
  readonly at: Date;

  constructor(reason: Reason, message: string, told: Pick<CommandRefusal, "status" | "said" | "at">) {
    super(reason, message);
    this.status = told.status;
    this.said = told.said;
    this.at = told.at;
  }
}

/** The shape of an error (vendor reference, "Errors"): on calls about several things each has its reason as well. */
const errorBody = members({
  Message: z.unknown().optional(),
  FailedOperations: z.array(members({ Reason: z.unknown().optional() })).nullish(),
});

/**
 * What a failed answer means. A body need not be Command's: a proxy, or IIS where Command is not asked, answers HTML, of which
 * nothing is told.
 */
export function failureOf(answer: HttpAnswer, asked: Asked, now: Date): StoreError {
  const { status } = answer;
  const { said, isOurs } = wordsOf(answer.body, asked.secrets ?? []);
  const told = { status, said, at: timeOf(answer) ?? now };
  const later = unavailable(answer, { host: "Command", reads: asked.reads, now });
  if (later !== undefined) return transient(later, status, asked, said);
  switch (status) {
    case 403:
      return new CommandRefusal("AccessDenied", deniedMessage(asked, said), told);
    case 404:
      return isOurs
        ? new CommandRefusal("Refused", withWords(`Command could not ${asked.doing}: it is not there.`, said), told)
        : new CommandRefusal("NoSuchApi", noSuchApi(asked), told);
    case 413:
      return new CommandRefusal(
        "Refused",
        `It is larger than the web server before Command takes: ${asked.doing}.`,
        told,
      );
  }
  if (status >= 400) {
    const text = said === "" ? `It answers with status ${status}.` : `It says: ${said}`;
    return new CommandRefusal("Refused", `Command refuses to ${asked.doing}. ${text}`, told);
  }
  return new CommandRefusal("NoSuchApi", noSuchApi(asked), told);
}

function timeOf({ headers }: HttpAnswer): Date | undefined {
  const time = new Date(headers["date"] ?? "");
  return Number.isNaN(time.getTime()) ? undefined : time;
}

function deniedMessage({ doing, rights }: Asked, said: string): string {
  const rule = rights.join(" or ");
  return withWords(
    `The store's account may not ${doing}: grant a role of it the access rule ${rule} in Command.`,
    said,
  );
}

function noSuchApi({ doing }: Asked): string {
  return `Where the store's url and apiPath lead, nothing answers as the Keyfactor API does (asked to ${doing}); correct them.`;
}

function transient(
  { reason, happened, retryAfter }: TransientError,
  status: number,
  { doing }: Asked,
  said: string,
): TransientError {
  const message = withWords(`Command could not ${doing} now (status ${status}); it is tried again.`, said);
  return new TransientError(reason, message, { happened, retryAfter });
}

function withWords(message: string, said: string): string {
  return said === "" ? message : `${message} Command says: ${said}`;
}

function wordsOf(body: Buffer, secrets: readonly string[]): { said: string; isOurs: boolean } {
  const parsed = errorBody.safeParse(jsonOf(body));
  if (!parsed.success) return { said: "", isOurs: false };
  const { Message, FailedOperations } = parsed.data;
  const words = [Message, ...(FailedOperations ?? []).map(({ Reason }) => Reason)];
  const text = words.filter((word) => typeof word === "string").join(" ");
  const said = cleaned(withoutSecrets(text, secrets), 160);
  return { said, isOurs: true };
}
