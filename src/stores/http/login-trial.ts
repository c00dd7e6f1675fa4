import { CredentialsRefused } from "../errors.ts";
import { unlessAborted } from "../unless-aborted.ts";
import type { HttpAnswer } from "./message.ts";

/** What is known of a login after one request. */
type Verdict = { readonly is: "Accepted" | "Open" } | { readonly is: "Refused"; readonly refusal: CredentialsRefused };

/** A login that was accepted is tried anew after so long, even while other requests are under way: they may hang. */
const acceptedForMs = 5_000;

/**
 * Lets the first request after a pause try the login alone, and the others wait for what it comes to: directories lock accounts
 * after a few failed logins, and many requests at once would make as many.
 */
export class LoginTrial {
  readonly #now: () => number;
  #acceptedAt = Number.NEGATIVE_INFINITY;
  #underWay = 0;
  #trial: Promise<Verdict> | undefined;

  /** @param now monotonic, in milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Runs one request when it may. Throws the refusal of the request that it waited for. */
  async run(signal: AbortSignal, request: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
    while (this.#trial !== undefined) {
      const verdict = await unlessAborted(this.#trial, signal);
      if (verdict.is === "Refused") throw verdict.refusal;
      if (verdict.is === "Accepted") return this.#judged(request, () => {});
    }
    const isGood = this.#underWay > 0 && this.#now() - this.#acceptedAt < acceptedForMs;
    return isGood ? this.#judged(request, () => {}) : this.#lead(request);
  }

  #lead(request: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
    const { promise, resolve } = Promise.withResolvers<Verdict>();
    this.#trial = promise;
    return this.#judged(request, (verdict) => {
      this.#trial = undefined;
      resolve(verdict);
    });
  }

  async #judged(request: () => Promise<HttpAnswer>, tell: (verdict: Verdict) => void): Promise<HttpAnswer> {
    let verdict: Verdict = { is: "Open" };
    this.#underWay += 1;
    try {
      const answer = await request();
      if (acceptsLogin(answer.status)) {
        verdict = { is: "Accepted" };
        this.#acceptedAt = this.#now();
      }
      return answer;
    } catch (error) {
      if (error instanceof CredentialsRefused) {
        verdict = { is: "Refused", refusal: error };
        this.#acceptedAt = Number.NEGATIVE_INFINITY;
      }
      throw error;
    } finally {
      this.#underWay -= 1;
      tell(verdict);
    }
  }
}

/** What a proxy may answer before anybody has looked at the login tells nothing of it. */
function acceptsLogin(status: number): boolean {
  return status < 500 && ![401, 407, 408, 429].includes(status);
}
