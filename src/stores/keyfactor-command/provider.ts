import type { KeyfactorCommandStoreBlock } from "../../crds/index.ts";
import type { ConnectGuard } from "../../http/index.ts";
import type { Provider } from "../contract.ts";
import { caPemOf, caRefs, HttpsConnection, webServiceLimits } from "../http/index.ts";
import { reachOfDownload, reachOfHeld } from "./certificate-reach.ts";
import { reachOfBlock, reachOfKey, shapeOf, targetSecrets } from "./deployment/reach.ts";
import { apiPathOf, installationOf } from "./installation.ts";
import { loginOf, loginRefs } from "./login.ts";

/** Keyfactor Command: its inventory of certificates, and the stores that its orchestrators serve. */
export function keyfactorCommandProvider(guard: ConnectGuard): Provider {
  return {
    name: "keyfactorCommand",
    capabilities: ["Import", "Deploy", "Download", "Remove"],
    limits: webServiceLimits,
    secretRefs: (block) => [...loginRefs(blockOf(block).auth), ...caRefs(blockOf(block)).secrets],
    configMapRefs: (block) => caRefs(blockOf(block)).configMaps,
    deploysHeld: true,
    shapeOf,
    targetSecrets: (block) => targetSecrets(block),
    reach: (block) => ({ places: [reachOfBlock(block)], metadataKeys: [] }),
    reachOfKey: (key) => ({ places: [reachOfKey(key)], metadataKeys: [] }),
    reachOfHeld,
    reachOfDownload: (request) => ({ places: [reachOfDownload(request)], metadataKeys: [] }),
    create: async (given, context, signal) => {
      const block = blockOf(given);
      // With the parsers of its answers, which an operator without such a store need not hold in memory.
      const [{ CommandClient }, { CommandStore }] = await Promise.all([import("./client.ts"), import("./store.ts")]);
      const { timeoutMs, turn } = context;
      const caPem = await caPemOf(block, context, signal);
      const authorization = await loginOf(block.auth, context, { caPem, guard, timeoutMs }, signal);
      const connection = new HttpsConnection({ origin: block.url, caPem, guard, turn, timeoutMs, authorization });
      const command = {
        client: new CommandClient({ connection, apiPath: apiPathOf(block) }),
        installation: installationOf(block),
        scope: { collectionId: block.collectionId },
        pfxProfile: block.pfxProfile,
        legacyStoreIds: block.legacyStoreIds ?? false,
      };
      return new CommandStore(command, context);
    },
  };
}

/** The API server has validated the block by the CRD. */
function blockOf(block: unknown): KeyfactorCommandStoreBlock {
  return block as KeyfactorCommandStoreBlock;
}
