import type { IncomingHttpHeaders } from "node:http";
import type * as z from "zod";
import type { Command } from "./command.ts";
import type { Answer } from "../http/answer.ts";
import type { Located } from "../http/router.ts";
import { read } from "./http/any-case.ts";
import type { Query } from "./http/query.ts";
import { type Listing, pageOf } from "./query/page.ts";
import { holds, noPermission, type Permission, type User } from "./permissions.ts";

export interface Endpoint extends Located {
  /** False where the version has no such endpoint. */
  readonly exists?: (command: Command) => boolean;
  readonly handle: (call: Call) => Answer | Promise<Answer>;
}

/** One request that has been let in. */
export class Call {
  readonly command: Command;
  readonly user: User;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly headers: IncomingHttpHeaders;
  readonly #body: unknown;

  constructor(
    command: Command,
    user: User,
    request: Pick<Call, "params" | "query" | "headers"> & { readonly body: unknown },
  ) {
    this.command = command;
    this.user = user;
    this.params = request.params;
    this.query = request.query;
    this.headers = request.headers;
    this.#body = request.body;
  }

  read<Schema extends z.ZodType>(schema: Schema): z.output<Schema> {
    return read(schema, this.#body);
  }

  page<Item>(items: readonly Item[], listing: Listing<Item>): Item[] {
    return pageOf(items, listing, this.query, this.command.features);
  }

  may(permission: Permission, scope = 0): boolean {
    return holds(this.command.grantedTo(this.user), permission, scope);
  }

  /** Status 403 unless the user has the permission, for all or for the collection or container (0: none). */
  requires(permission: Permission, scope = 0): void {
    if (!this.may(permission, scope)) throw noPermission(this.user.name);
  }
}
