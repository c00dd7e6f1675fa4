/** Why something is not well; undefined when it is. */
export type Check = () => string | undefined;

/** Named checks behind `/healthz` and `/readyz`. */
export class Probes {
  readonly #live = new Map<string, Check>();
  readonly #ready = new Map<string, Check>();

  /** The process must be killed when this fails: nothing else would make it well. A sick API server is no such thing. */
  addLive(name: string, check: Check): void {
    this.#live.set(name, check);
  }

  addReady(name: string, check: Check): void {
    this.#ready.set(name, check);
  }

  /** `path` is `/healthz`, `/readyz`, or one check below them; undefined when there is no such path. All checks are told. */
  answer(path: string): { well: boolean; text: string } | undefined {
    const [, kind, name, ...more] = path.split("/");
    const all = kind === "healthz" || kind === "livez" ? this.#live : kind === "readyz" ? this.#ready : undefined;
    if (all === undefined || more.length > 0 || (name !== undefined && !all.has(name))) return undefined;
    const results = [...all].filter(([other]) => name === undefined || other === name).map(run);
    const well = results.every(({ why }) => why === undefined);
    const lines = results.map(({ name, why }) => (why === undefined ? `[+]${name} ok` : `[-]${name} failed: ${why}`));
    return { well, text: `${[...lines, `${kind} check ${well ? "passed" : "failed"}`].join("\n")}\n` };
  }
}

/** A check that throws has failed; it must not take the process with it. */
function run([name, check]: [string, Check]): { name: string; why: string | undefined } {
  try {
    return { name, why: check() };
  } catch (error) {
    return { name, why: error instanceof Error ? error.message : String(error) };
  }
}
