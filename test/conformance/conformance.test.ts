import { expect, it } from "vitest";
import { egressGuard } from "../../src/stores/egress/index.ts";
import { createRegistry } from "../../src/stores/registry.ts";
import { sharedControlPlane } from "../control-plane/shared.ts";
import { azureKeyVault } from "./azure-key-vault.ts";
import { filesystem } from "./filesystem.ts";
import type { FixtureKind } from "./fixture.ts";
import { keyfactorCommand } from "./keyfactor-command.ts";
import { kubernetes } from "./kubernetes.ts";
import { conformance, inapplicable } from "./suite.ts";

const egress = egressGuard({ deny: [], allow: undefined, resolve: new Map() });
const kinds: readonly FixtureKind[] = [kubernetes, filesystem, keyfactorCommand, azureKeyVault];

for (const kind of kinds) conformance(kind);

it("covers every provider in the registry", () => {
  const { client, adminConfig } = sharedControlPlane();
  const registry = createRegistry({
    client,
    cluster: adminConfig,
    clusterUid: "uid",
    userAgent: "test",
    egress,
    webEgress: egress,
  });
  expect(kinds.map(({ provider }) => provider)).toEqual([...registry.keys()]);
});

it("leaves out what cannot happen, and nothing else", () => {
  const left = kinds.flatMap(inapplicable);
  console.log(`Conformance, rows that do not apply:\n  ${left.join("\n  ")}`);
  expect(left).toEqual([
    "filesystem: wrong credentials: there is no login: the kernel knows who the operator is",
    "filesystem: 429 with Retry-After: a mounted file system is no server that answers requests",
    "filesystem: 5xx: a mounted file system is no server that answers requests",
    "filesystem: never arrived: a mounted file system is no server that answers requests",
    "filesystem: cancelled while no answer comes: a system call that hangs cannot be given up",
    "keyfactorCommand: foreign: Command has no room for marks: what is there is known by the record, and an inventory holds others' beside it",
    "keyfactorCommand: foreign: an inventory holds certificates alone",
    "keyfactorCommand: held: Command has no room for marks: what is there is known by the record, and an inventory holds others' beside it",
    "keyfactorCommand: shared address: imports share certificates, and a place is the resource's own",
    "keyfactorCommand: gone in between: Command takes no condition with an import, and updates what is there already",
    "keyfactorCommand: changed in between: a certificate does not change",
    "keyfactorCommand: come in between: Command takes no condition with an import, and updates what is there already",
    "keyfactorCommand: not removed: Command has no room for marks: what is there is known by the record, and an inventory holds others' beside it",
    "keyfactorCommand: not removed: Command has no room for marks: what is there is known by the record, and an inventory holds others' beside it",
  ]);
});
