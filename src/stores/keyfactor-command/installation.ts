import type { KeyfactorCommandStoreBlock } from "../../crds/index.ts";

/** The vendor's default, as its clients spell it. */
const defaultApiPath = "KeyfactorAPI";

/** Without slashes around it. */
export function apiPathOf({ apiPath = defaultApiPath }: Pick<KeyfactorCommandStoreBlock, "apiPath">): string {
  return apiPath.replaceAll(/^\/|\/$/g, "");
}

/**
 * The canonical name of an installation of Command, with which the addresses of its places begin: `command.example.com/keyfactorapi`.
 * IIS takes paths in any case.
 */
export function installationOf(block: Pick<KeyfactorCommandStoreBlock, "url" | "apiPath">): string {
  return `${new URL(block.url).host}/${apiPathOf(block).toLowerCase()}`;
}
