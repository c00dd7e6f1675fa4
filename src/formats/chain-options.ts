import type { Bundle } from "./types.ts";

/** How much of the chain goes along. */
export interface ChainOptions {
  /** False leaves the chain out. */
  readonly chain?: boolean | undefined;
  readonly root?: "Include" | "Exclude" | undefined;
}

/** The certificates above the leaf that go along. */
export function chainOf(bundle: Bundle, { chain, root }: ChainOptions): readonly Buffer[] {
  if (chain === false) return [];
  return root === "Include" && bundle.root !== undefined ? [...bundle.chain, bundle.root] : bundle.chain;
}
