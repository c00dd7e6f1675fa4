import { CommandServer } from "../../../test/servers/keyfactor/server.ts";
import type { NewStore } from "../../../test/servers/keyfactor/command.ts";
import { table } from "../screen.ts";

export const host = "command.example.com";
export const login = { username: "CORP\\certferry", password: "quickstart-only" };

/** What docs/stores/keyfactor-command.md says that the account must be allowed. */
const permissions = [
  "/certificates/import/",
  "/certificates/collections/read/",
  "/certificates/collections/metadata/modify/",
  "/metadata/types/read/",
  "/certificate_stores/read/",
  "/certificate_stores/schedule/",
  "/agents/management/read/",
];

/** The stores that the samples name, with orchestrators that take their time. */
const stores: readonly NewStore[] = [
  {
    id: "3f1d0b1c-9a52-4c1c-8b5e-0d5a3c5f0001",
    type: "RFJKS",
    clientMachine: "app1",
    path: "/opt/app/web.jks",
    orchestrator: { pickUpMs: 2_000, runMs: 1_500 },
  },
  {
    id: "3f1d0b1c-9a52-4c1c-8b5e-0d5a3c5f0002",
    type: "F5-SL-REST",
    clientMachine: "lb1",
    path: "Common",
    orchestrator: { pickUpMs: 1_000, runMs: 1_000, retryMs: 3_000, outcomes: ["WillRetry"] },
  },
  {
    id: "3f1d0b1c-9a52-4c1c-8b5e-0d5a3c5f0003",
    type: "IISU",
    clientMachine: "iis1",
    path: "My",
    orchestrator: { pickUpMs: 4_000, runMs: 500 },
  },
];

/** Keyfactor Command as this project knows it, on this machine. */
export async function startCommand(): Promise<CommandServer> {
  const server = await CommandServer.start({
    host,
    roles: [{ id: 1, name: "Certferry", permissions }],
    users: [{ name: login.username, password: login.password, roles: ["Certferry"] }],
    metadataFields: ["AppOwner"],
  });
  for (const store of stores) server.command.addStore(store);
  return server;
}

/** What really lies in the stores, whatever Command knows of it. */
export function contents({ command }: CommandServer): string {
  command.settle();
  const rows = command
    .stores()
    .flatMap(({ clientMachine, path, type, contents }) =>
      [...contents.values()].map(({ alias, certificates: [leaf], hasPrivateKey }) => [
        `${clientMachine} ${path}`,
        type.shortName,
        alias,
        leaf?.serialNumber.toLowerCase() ?? "",
        leaf?.validToDate.toISOString().slice(0, 10) ?? "",
        hasPrivateKey ? "yes" : "no",
      ]),
    );
  return table([["STORE", "TYPE", "ALIAS", "SERIAL", "EXPIRES", "KEY"], ...rows]);
}
