import type { IncomingHttpHeaders } from "node:http";
import { type Answer, empty } from "../http/answer.ts";
import type { Route } from "../http/router.ts";
import type { Incoming } from "../http/server.ts";
import { userOf } from "./authentication.ts";
import type { Command } from "./command.ts";
import { Call, type Endpoint } from "./endpoint.ts";
import { html } from "./http/answer.ts";
import { badRequest, Refusal } from "./http/refusal.ts";
import { decoded, Query } from "./http/query.ts";

/** IIS' default, in bytes; what is longer does not come to Command (A.4 [D], the number [I]). */
const bodyLimit = 30_000_000;

/** What Command answers; `route` is undefined where it has no such endpoint. */
export async function respond(
  command: Command,
  route: Route<Endpoint> | undefined,
  incoming: Incoming,
): Promise<Answer> {
  command.settle();
  try {
    if (incoming.body.byteLength > bodyLimit) return html(413, "413 - Request Entity Too Large.");
    const user = await userOf(command, incoming.headers.authorization);
    // Without a body (A.4, D3).
    if (user === undefined) return empty(401);
    checkRequestedWith(incoming.headers);
    if (route === undefined) return html(404, "404 - File or directory not found.");
    const { search, headers, body } = incoming;
    const params = Object.fromEntries(Object.entries(route.params).map(([name, value]) => [name, decoded(value)]));
    const request = { params, query: new Query(search), headers, body: parsed(route, headers, body) };
    const answer = await route.endpoint.handle(new Call(command, user, request));
    // What an orchestrator does without delay is done when the answer comes.
    command.settle();
    return answer;
  } catch (error) {
    if (error instanceof Refusal) return { status: error.status, headers: {}, body: { json: error.body } };
    throw error;
  }
}

/** Mandatory, against forged requests (A.1 [O][D]); the status where it is missing is not known (F.2 [U]). */
function checkRequestedWith(headers: IncomingHttpHeaders): void {
  const value = headers["x-keyfactor-requested-with"];
  if (value !== "APIClient" && value !== "XMLHttpRequest") {
    throw badRequest("The header X-Keyfactor-Requested-With is required.");
  }
}

/** JSON types alone (A.1 [O]); 415 for others is ASP.NET's [I]. */
function parsed({ endpoint }: Route<Endpoint>, headers: IncomingHttpHeaders, body: Buffer): unknown {
  if (endpoint.method !== "POST" && endpoint.method !== "PUT") return undefined;
  if (!/^(application\/(json|[^;]*\+json)|text\/json)\s*(;|$)/i.test(headers["content-type"] ?? "")) {
    throw new Refusal(415, "The media type of the request is not supported.");
  }
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw badRequest("The request is no JSON.");
  }
}
