import type { Fault } from "./faults.ts";

/** Keeps requests waiting, before their work is done or after it, until it is released. */
export class Hold {
  /** Resolves when the first request has come to it. */
  readonly reached: Promise<void>;
  readonly fault: Fault;
  readonly #release = Promise.withResolvers<void>();

  constructor(when: "Before" | "After") {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.reached = promise;
    this.fault = async ({ work, send }) => {
      const done = when === "After" ? await work() : undefined;
      resolve();
      await this.#release.promise;
      send(done ?? (await work()));
    };
  }

  release(): void {
    this.#release.resolve();
  }
}
