import type { FilesystemStoreBlock, FilesystemTarget } from "../../crds/index.ts";
import type { Place, PlaceContext, Provider, RemovalContext, Store, StoreContext, StoreHealth } from "../contract.ts";
import { TerminalError } from "../errors.ts";
import { passwordRefs } from "../outputs/content.ts";
import { FilesPlace, pathsOf } from "./place.ts";
import { readPlaceKey } from "./place-key.ts";
import { removeFrom } from "./remove.ts";
import { Tree } from "./tree.ts";
import { Volume } from "./volume.ts";

/**
 * Files in folders that are mounted into the operator's pod.
 * @param root `--filesystem-root` without links; undefined where it is not set
 */
export function filesystemProvider(root: string | undefined): Provider {
  return {
    name: "filesystem",
    capabilities: ["Import", "Deploy", "Remove"],
    grantedPlaces: ["{namespace}/*"],
    reach: (target) => ({ places: pathsOf(target as FilesystemTarget), metadataKeys: [] }),
    reachOfKey: (key) => ({ places: readPlaceKey(key).paths, metadataKeys: [] }),
    secretRefs: () => [],
    // The API server has validated the blocks by the CRD.
    targetSecrets: (target) => passwordRefs(target as FilesystemTarget),
    create: async (block, context) => {
      if (root === undefined) {
        const message =
          "The operator writes no files: mount a volume into its pod and start it with --filesystem-root=<path>.";
        throw new TerminalError("NoFilesystemRoot", message);
      }
      const { directory } = block as FilesystemStoreBlock;
      return new FilesystemStore(await Volume.open({ root, directory }), context);
    },
  };
}

class FilesystemStore implements Store {
  readonly provider = "filesystem";
  readonly timeoutMs: number;
  readonly #volume: Volume;
  readonly #turn: StoreContext["turn"];

  constructor(volume: Volume, { timeoutMs, turn }: Pick<StoreContext, "timeoutMs" | "turn">) {
    this.#volume = volume;
    this.timeoutMs = timeoutMs;
    this.#turn = turn;
  }

  async check(signal: AbortSignal): Promise<StoreHealth> {
    await this.#turn(signal);
    await Tree.lend(this.#volume.location, (tree) => this.#volume.see(tree));
    return {};
  }

  place(block: unknown, context: PlaceContext): Place {
    return new FilesPlace(this.#volume, block as FilesystemTarget, { ...context, turn: this.#turn });
  }

  async remove(key: string, mark: string, context: RemovalContext, signal: AbortSignal): ReturnType<Store["remove"]> {
    await this.#turn(signal);
    return removeFrom(this.#volume, context, key, mark, signal);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
