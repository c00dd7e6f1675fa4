import { chainFor } from "../../fixtures/pki.ts";
import type { NewStore } from "./command.ts";
import { CommandServer } from "./server.ts";

/** What the samples and the pages call it; an operator is told to `--resolve` it. */
export const exampleHost = "command.example.com";
export const exampleLogin = { username: "CORP\\certferry", password: "only-an-example" };

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

/**
 * The installation that `deploy/samples/keyfactor-command` and docs/stores/keyfactor-command.md speak of. It holds a partner's
 * certificate, with id 1, and its issuers.
 */
export async function startExample(): Promise<CommandServer> {
  const server = await CommandServer.start({
    host: exampleHost,
    roles: [{ id: 1, name: "Certferry", permissions }],
    users: [{ name: exampleLogin.username, password: exampleLogin.password, roles: ["Certferry"] }],
    metadataFields: ["AppOwner"],
  });
  for (const store of stores) server.command.addStore(store);
  const { leaf, intermediate, root } = await chainFor("partner.example.net");
  for (const { pem } of [leaf, intermediate, root]) server.command.addCertificate(pem);
  return server;
}
