import type { Store } from "../../src/stores/contract.ts";
import { openCommandStore } from "../fixtures/command-store.ts";
import {
  allPermissions,
  CommandServer,
  doneButLost,
  type Fault as ServerFault,
  htmlUnauthorized,
  neverDone,
  tooManyRequests,
  unavailable,
} from "../servers/keyfactor/index.ts";
import type { Fault, Fixture, FixtureKind } from "./fixture.ts";

const importing = "POST /Certificates/Import";
const unmarked =
  "Command has no room for marks: what is there is known by the record, and an inventory holds others' beside it";
const unconditional = "Command takes no condition with an import, and updates what is there already";

/** Imports into the inventory of a contract server: a place is a certificate there. */
export const keyfactorCommand: FixtureKind = {
  provider: "keyfactorCommand",
  faults: {
    CredentialsRefused: { by: "IIS answers 401 with HTML" },
    RightMissing: { by: "the role lacks /certificates/import/" },
    Throttled: { by: "429 from a proxy before Command" },
    ServerError: { by: "503 from IIS" },
    NeverArrived: { by: "the connection ends before the import is done" },
    AnswerLost: { by: "the connection ends once the import is done" },
    Silence: { by: "the server says nothing" },
  },
  inapplicable: {
    "foreign: what nobody has marked is told as such, with its certificate": unmarked,
    "foreign: what is no certificate has no leaf": "an inventory holds certificates alone",
    "held: another resource's mark is named, and its place can be taken over": unmarked,
    "shared address: the same spot collides with itself, and no other does":
      "imports share certificates, and a place is the resource's own",
    "gone in between: nothing is written": unconditional,
    "changed in between: what somebody else wrote stays": "a certificate does not change",
    "come in between: what lies now where nothing lay stays": unconditional,
    "not removed: what was never ours": unmarked,
    "not removed: what another resource has taken over": unmarked,
  },
  fresh: true,
  create: async () => {
    const permissions: string[] = [...allPermissions];
    const server = await CommandServer.start({ roles: [{ id: 1, name: "Administrator", permissions }] });
    return new CommandFixture(server, permissions);
  },
};

/** What becomes of every import. */
const injections: Readonly<Partial<Record<Fault, ServerFault>>> = {
  CredentialsRefused: htmlUnauthorized,
  Throttled: tooManyRequests(60),
  ServerError: unavailable,
  NeverArrived: neverDone("Close"),
  AnswerLost: doneButLost("Close"),
  Silence: neverDone("Stall"),
};

class CommandFixture implements Fixture {
  readonly #server: CommandServer;
  readonly #permissions: string[];

  constructor(server: CommandServer, permissions: string[]) {
    this.#server = server;
    this.#permissions = permissions;
  }

  open(): Promise<Store> {
    return openCommandStore(this.#server);
  }

  block(): unknown {
    return {};
  }

  /** The certificate that came last. */
  read(): Promise<string | undefined> {
    const pem = this.#server.command.certificates.all().at(-1)?.x509.toString();
    return Promise.resolve(pem);
  }

  plant(): Promise<void> {
    return Promise.reject(new Error("nothing is planted into an inventory"));
  }

  clear(): Promise<void> {
    const { certificates } = this.#server.command;
    for (const { id } of certificates.all()) certificates.delete(id);
    return Promise.resolve();
  }

  async suffer(fault: Fault, work: () => Promise<void>): Promise<void> {
    const injected = injections[fault];
    if (injected !== undefined) this.#server.inject(injected, { kind: importing });
    if (fault === "RightMissing") this.#permissions.splice(this.#permissions.indexOf("/certificates/import/"), 1);
    try {
      await work();
    } finally {
      this.#server.heal();
      if (fault === "RightMissing") this.#permissions.push("/certificates/import/");
    }
  }

  close(): Promise<void> {
    return this.#server.close();
  }
}
