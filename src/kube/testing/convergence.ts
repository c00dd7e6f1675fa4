import {
  type Arbitrary,
  array,
  check,
  constant,
  constantFrom,
  defaultReportMessage,
  integer,
  oneof,
  property,
  toStringMethod,
} from "fast-check";
import { expect } from "vitest";
import { KubeError, type KubeErrorReason } from "../errors.ts";
import type { KubeObject } from "../types.ts";
import { ModelClient } from "./model-client.ts";
import { ModelServer } from "./model-server.ts";

interface World {
  server: ModelServer;
  client: ModelClient;
}
type Happening = (world: World) => void;

const named = constantFrom("a", "b", "c", "d", "e");
const some = integer({ min: 1, max: 6 });

/** fast-check prints a failing run by these names. */
function happening<T>(name: string, values: Arbitrary<T>, happen: (world: World, value: T) => void) {
  return values.map((value): Happening => {
    const act: Happening = (world) => happen(world, value);
    return Object.assign(act, { [toStringMethod]: () => `${name} ${JSON.stringify(value)}` });
  });
}

const failures: readonly [KubeErrorReason, number?][] = [
  ["ConnectionFailed"],
  ["Timeout"],
  ["MalformedAnswer"],
  ["Unauthorized", 401],
  ["NotFound", 404],
  // The way to a list.
  ["Expired", 410],
  ["Expired", 410],
  ["Expired", 410],
  ["TooManyRequests", 429],
  ["InternalError", 500],
  ["ServiceUnavailable", 503],
];

const happenings = array(
  oneof(
    { weight: 6, arbitrary: happening("write", named, ({ server }, name) => void server.write(name)) },
    { weight: 4, arbitrary: happening("delete", named, ({ server }, name) => server.delete(name)) },
    {
      weight: 1,
      arbitrary: happening("other kinds' writes", some, ({ server }, count) => times(count, () => server.pass())),
    },
    { weight: 2, arbitrary: happening("own write", named, ({ client }, name) => client.write(name)) },
    {
      weight: 4,
      arbitrary: happening("own write, answered", named, ({ client }, name) => {
        client.write(name);
        client.hearAnswers();
      }),
    },
    { weight: 2, arbitrary: happening("answers", constant(0), ({ client }) => client.hearAnswers()) },
    { weight: 8, arbitrary: happening("steps", some, ({ client }, count) => times(count, () => void client.step())) },
    {
      weight: 2,
      arbitrary: happening("failure", constantFrom(...failures), ({ client }, [reason, status]) => {
        client.fail(new KubeError(reason, reason, { status }));
      }),
    },
    {
      weight: 1,
      arbitrary: happening("end after s", constantFrom(0, 290), ({ client }, seconds) => client.end(seconds)),
    },
    { weight: 1, arbitrary: happening("bookmark", constant(0), ({ client }) => client.bookmark()) },
    { weight: 1, arbitrary: happening("duplicates", some, ({ client }, count) => client.repeat(count)) },
    { weight: 1, arbitrary: happening("compaction", constant(0), ({ server }) => server.compact()) },
    { weight: 1, arbitrary: happening("restore", some, ({ client }, age) => client.restore(age)) },
  ),
  { maxLength: 60, size: "max" },
);

function times(count: number, act: () => void): void {
  for (let done = 0; done < count; done += 1) act();
}

/** Nothing breaks any more. A watch that says nothing, not even a bookmark, is given up after a while. */
function settle({ server, client }: World): void {
  for (let steps = 0; steps < 200; steps += 1) {
    if (client.step()) continue;
    if (client.bookmark()) return;
    client.fail(new KubeError("Timeout", "the server stopped answering"));
  }
  throw new Error(`not at rest after 200 steps, at revision ${server.revision}`);
}

function versions(objects: Iterable<[string, KubeObject]>): object {
  return Object.fromEntries([...objects].map(([key, { metadata }]) => [key, metadata.resourceVersion]));
}

/**
 * Whatever happens, handlers know what the cache holds, the cache forgets no write of our own, and in the end it holds the
 * server's list. Gives the shortest run in which that is not so, of those tried; `undefined` when it always is.
 */
export function counterexample(numRuns: number): string | undefined {
  const always = property(happenings, (all) => {
    const server = new ModelServer();
    const world = { server, client: new ModelClient(server) };
    for (const happen of all) {
      happen(world);
      expect(versions(world.client.told)).toEqual(versions(world.client.store.entries()));
      expect(world.client.forgotten()).toEqual([]);
    }
    settle(world);
    expect(versions(world.client.store.entries())).toEqual(versions(server.objects));
  });
  return defaultReportMessage(check(always, { numRuns }));
}
