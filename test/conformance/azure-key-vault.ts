import type { Store } from "../../src/stores/contract.ts";
import { KeyVault } from "../fixtures/key-vault.ts";
import {
  allActions,
  claimsChallenge,
  doneButLost,
  type Fault as ServerFault,
  neverDone,
  throttled,
  unavailable,
} from "../servers/azure-key-vault/index.ts";
import type { Fault, Fixture, FixtureKind } from "./fixture.ts";

const importing = "POST /certificates/{name}/import";

/** Certificates in a contract server. */
export const azureKeyVault: FixtureKind = {
  provider: "azureKeyVault",
  faults: {
    CredentialsRefused: { by: "the vault answers 401 to each token" },
    RightMissing: { by: "the role of the store's identity lacks certificates/import" },
    Throttled: { by: "429 from the vault" },
    ServerError: { by: "503 from the vault" },
    NeverArrived: { by: "the connection ends before the import is done" },
    AnswerLost: { by: "the connection ends once the import is done" },
    Silence: { by: "the vault says nothing" },
  },
  create: async () => new VaultFixture(await KeyVault.start()),
};

class VaultFixture implements Fixture {
  readonly #keyVault: KeyVault;

  constructor(keyVault: KeyVault) {
    this.#keyVault = keyVault;
  }

  open(): Promise<Store> {
    return this.#keyVault.open();
  }

  block(spot: string): unknown {
    return { name: spot };
  }

  read(spot: string): Promise<string | undefined> {
    const leaf = this.#keyVault.versions(spot).at(-1)?.leaf.toString();
    return Promise.resolve(leaf ?? this.#keyVault.vault.secrets.get(spot));
  }

  plant(spot: string, text: string): Promise<void> {
    if (text.startsWith("-----BEGIN")) this.#keyVault.plant(spot, text);
    else {
      this.#keyVault.clear(spot);
      this.#keyVault.vault.secrets.set(spot, text);
    }
    return Promise.resolve();
  }

  clear(spot: string): Promise<void> {
    this.#keyVault.clear(spot);
    return Promise.resolve();
  }

  async suffer(fault: Fault, work: () => Promise<void>): Promise<void> {
    const { server, vault, clientId, entra } = this.#keyVault;
    const injections: Readonly<Partial<Record<Fault, ServerFault>>> = {
      CredentialsRefused: claimsChallenge(entra.directory.tenantId, {}),
      Throttled: throttled(60),
      ServerError: unavailable,
      NeverArrived: neverDone("Close"),
      AnswerLost: doneButLost("Close"),
      Silence: neverDone("Stall"),
    };
    const injected = injections[fault];
    if (injected !== undefined) server.inject(injected, { kind: importing });
    if (fault === "RightMissing") {
      vault.access.grant(
        clientId,
        allActions.filter((action) => action !== "import"),
      );
    }
    try {
      await work();
    } finally {
      server.heal();
      vault.access.grant(clientId, allActions);
    }
  }

  close(): Promise<void> {
    return this.#keyVault.close();
  }
}
