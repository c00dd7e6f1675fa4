import type { Store } from "../stores/contract.ts";

interface Connection {
  readonly version: string;
  readonly opened: Promise<Store>;
  users: number;
  retired: boolean;
}

/** Open stores by key: one for each version, closed when a newer one has taken over and its last user has left. */
export class Connections {
  readonly #byKey = new Map<string, Connection>();

  /** Lends the store of this version to `work`; the first user opens it. Throws what `open` and `work` throw. */
  async use<T>(
    key: string,
    version: string,
    open: () => Promise<Store>,
    work: (store: Store) => Promise<T>,
  ): Promise<T> {
    const connection = this.#connect(key, version, open);
    connection.users += 1;
    try {
      return await work(await connection.opened);
    } finally {
      connection.users -= 1;
      if (connection.retired && connection.users === 0) await shut(connection);
    }
  }

  /** Closes the store of a key, as soon as its users have left. */
  async retire(key: string): Promise<void> {
    const connection = this.#byKey.get(key);
    if (connection === undefined) return;
    this.#byKey.delete(key);
    connection.retired = true;
    if (connection.users === 0) await shut(connection);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#byKey.keys()].map((key) => this.retire(key)));
  }

  #connect(key: string, version: string, open: () => Promise<Store>): Connection {
    const present = this.#byKey.get(key);
    if (present?.version === version) return present;
    if (present !== undefined) void this.retire(key);
    const connection: Connection = { version, opened: open(), users: 0, retired: false };
    this.#byKey.set(key, connection);
    // One that could not be opened is tried afresh by the next user.
    connection.opened.catch(() => {
      if (this.#byKey.get(key) === connection) this.#byKey.delete(key);
    });
    return connection;
  }
}

/** A connection that failed to open or to close leaves nothing to do. */
async function shut(connection: Connection): Promise<void> {
  await connection.opened.then((store) => store.close()).catch(() => {});
}
