import type { CommandServer } from "../../../test/servers/keyfactor/server.ts";
import { table } from "../screen.ts";

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
