import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Store } from "../../src/stores/contract.ts";
import { FilesProgram } from "../fixtures/files-program.ts";
import { openStore } from "../fixtures/files-store.ts";
import { mayMount, SmallVolume } from "../fixtures/small-volume.ts";
import type { Fault, Fixture, FixtureKind, Write } from "./fixture.ts";

const local = { not: "a mounted file system is no server that answers requests" };

/** Files on a volume of its own. */
export const filesystem: FixtureKind = {
  provider: "filesystem",
  faults: {
    CredentialsRefused: { not: "there is no login: the kernel knows who the operator is" },
    RightMissing: { by: "the volume is mounted read-only" },
    Throttled: local,
    ServerError: local,
    NeverArrived: local,
    AnswerLost: { by: "the process is killed once its file has taken its place" },
    Silence: { not: "a system call that hangs cannot be given up" },
  },
  possible: mayMount,
  create: async () => new FilesystemFixture(await SmallVolume.mount("4m"), await FilesProgram.build()),
};

class FilesystemFixture implements Fixture {
  readonly #volume: SmallVolume;
  readonly #program: FilesProgram;

  constructor(volume: SmallVolume, program: FilesProgram) {
    this.#volume = volume;
    this.#program = program;
  }

  open(): Promise<Store> {
    return openStore(this.#volume.path);
  }

  block(spot: string): unknown {
    return { outputs: [outputAt(spot)] };
  }

  read(spot: string): Promise<string | undefined> {
    return readFile(this.#path(spot), "utf8").catch(() => undefined);
  }

  async plant(spot: string, text: string): Promise<void> {
    await mkdir(join(this.#path(spot), ".."), { recursive: true });
    await writeFile(this.#path(spot), text);
  }

  async clear(spot: string): Promise<void> {
    await rm(this.#path(spot));
  }

  async suffer(fault: Fault, work: () => Promise<void>, write: Write): Promise<void> {
    if (fault === "AnswerLost") return this.#writeAndDie(write);
    this.#volume.remount("ro");
    try {
      await work();
    } finally {
      this.#volume.remount("rw");
    }
  }

  async close(): Promise<void> {
    await this.#volume.unmount();
    await this.#program.delete();
  }

  /** Its last change to the file system brings the folder down to the disk: by then the file is in place. */
  async #writeAndDie({ spot, leaf: { pem, keyPem } }: Write): Promise<void> {
    const job = { pem, keyPem, outputs: [outputAt(spot)] };
    for (let kill = 0; (await this.read(spot)) !== pem; kill += 1) {
      const ran = await this.#program.run(this.#volume.path, { ...job, kill });
      if (ran !== "Killed") throw new Error(`it was to be killed: ${JSON.stringify(ran)}`);
    }
  }

  #path(spot: string): string {
    return join(this.#volume.path, "edge", outputAt(spot).path);
  }
}

function outputAt(spot: string): { path: string; format: "PEM" } {
  return { path: `shop/${spot}.pem`, format: "PEM" };
}
