import { describe, expect, it } from "vitest";
import { type KubeClient, KubeError } from "../kube/index.ts";
import { EventRecorder, type Regarding, type Told } from "./events.ts";
import { createLogger } from "./log.ts";

const web: Regarding = {
  apiVersion: "certferry.io/v1alpha1",
  kind: "StoreDeployment",
  namespace: "shop",
  name: "web",
  uid: "u1",
};
const delivered: Told = { type: "Normal", reason: "Delivered", action: "Deliver", note: "Delivered to apps." };

interface Created {
  metadata: { name: string; namespace: string };
  note: string;
  reason: string;
  action: string;
  reportingInstance: string;
}

/** A recorder with a clock that is moved by hand, and an API server that keeps what it is told. */
function recorder(options: { instance?: string } = {}) {
  const created: Created[] = [];
  const patched: { name: string; operations: unknown }[] = [];
  const lines: string[] = [];
  const fails: KubeError[] = [];
  const clock = { at: new Date("2026-02-01T00:00:00.000Z") };
  /** Set: the server answers nothing until this resolves. */
  const server: { hold?: Promise<void>; readonly asked: string[] } = { asked: [] };
  const client: Pick<KubeClient, "create" | "jsonPatch"> = {
    create: async (_, event) => {
      server.asked.push((event as Created).note);
      await server.hold;
      const error = fails.shift();
      if (error !== undefined) throw error;
      created.push(event as Created);
      return event as never;
    },
    jsonPatch: async (_, { name }, operations) => {
      const error = fails.shift();
      if (error !== undefined) throw error;
      patched.push({ name, operations });
      return {} as never;
    },
  };
  const log = createLogger({ level: "info", destination: { write: (line) => lines.push(line) } });
  const { instance = "pod-1" } = options;
  const events = new EventRecorder({ client, controller: "certferry.io/operator", instance, log, now: () => clock.at });
  const later = (iso: string): void => {
    clock.at = new Date(iso);
  };
  return { events, created, patched, fails, server, later, logged: () => lines.join("") };
}

describe("an event", () => {
  it("tells what happened, to which object, and by whom", async () => {
    const { events, created } = recorder();
    events.record(web, delivered);
    await events.flush();
    expect(created).toEqual([
      {
        metadata: { name: expect.stringMatching(/^web\.[0-9a-f-]{13}$/), namespace: "shop" },
        eventTime: "2026-02-01T00:00:00.000000Z",
        type: "Normal",
        reason: "Delivered",
        action: "Deliver",
        note: "Delivered to apps.",
        regarding: web,
        reportingController: "certferry.io/operator",
        reportingInstance: "pod-1",
      },
    ]);
  });

  it("comes after those that were recorded before", async () => {
    const { events, created } = recorder();
    for (const note of ["one", "two", "three"]) events.record(web, { ...delivered, note });
    await events.flush();
    expect(created.map(({ note }) => note)).toEqual(["one", "two", "three"]);
  });

  it("waits for no other object's but where four are under way", async () => {
    const { events, created, server } = recorder();
    const answer = Promise.withResolvers<void>();
    server.hold = answer.promise;
    const notes = ["u1 first", "u1 next", "u2", "u3", "u4", "u5"];
    for (const note of notes) events.record({ ...web, uid: note.slice(0, 2) }, { ...delivered, note });
    expect(server.asked).toEqual(["u1 first", "u2", "u3", "u4"]);
    answer.resolve();
    await events.flush();
    expect(created.map(({ note }) => note).toSorted()).toEqual(notes);
  });

  it("fits the API: 1,024 bytes of note in whole characters, 128 characters of reason, action and instance", async () => {
    const { events, created } = recorder({ instance: "p".repeat(200) });
    const told = { note: `a${"€".repeat(400)}`, reason: "R".repeat(200), action: "A".repeat(200) };
    events.record(web, { ...delivered, ...told });
    await events.flush();
    // One byte and 341 times three are 1,024.
    expect(created).toMatchObject([
      {
        note: `a${"€".repeat(341)}`,
        reason: "R".repeat(128),
        action: "A".repeat(128),
        reportingInstance: "p".repeat(128),
      },
    ]);
  });

  it("has a note that ends before a character which does not fit, without a mark in its place", async () => {
    const { events, created } = recorder();
    events.record(web, { ...delivered, note: "€".repeat(400) });
    await events.flush();
    expect(created[0]?.note).toBe("€".repeat(341));
  });

  it("has a name that is a DNS subdomain, however long the object's is and wherever it is cut", async () => {
    const { events, created } = recorder();
    events.record({ ...web, name: `${"a".repeat(199)}.${"b".repeat(50)}` }, delivered);
    await events.flush();
    expect(created[0]?.metadata.name).toMatch(/^a{199}\.[0-9a-f-]{13}$/);
  });
});

describe("the same told again", () => {
  it("within six minutes is a series of the first event, which counts on", async () => {
    const { events, created, patched, later } = recorder();
    events.record(web, delivered);
    later("2026-02-01T00:05:59.999Z");
    events.record(web, delivered);
    later("2026-02-01T00:11:00.000Z");
    events.record(web, delivered);
    await events.flush();
    expect(created).toHaveLength(1);
    const name = created[0]?.metadata.name;
    const series = (count: number, lastObservedTime: string): unknown => ({
      name,
      operations: [{ op: "add", path: "/series", value: { count, lastObservedTime } }],
    });
    expect(patched).toEqual([series(2, "2026-02-01T00:05:59.999000Z"), series(3, "2026-02-01T00:11:00.000000Z")]);
  });

  it("after six minutes is an event of its own", async () => {
    const { events, created, patched, later } = recorder();
    events.record(web, delivered);
    later("2026-02-01T00:06:00.000Z");
    events.record(web, delivered);
    await events.flush();
    expect([created.length, patched.length]).toEqual([2, 0]);
  });

  it.each<[string, Regarding, Told]>([
    ["another object", { ...web, uid: "u2" }, delivered],
    ["another type", web, { ...delivered, type: "Warning" }],
    ["another reason", web, { ...delivered, reason: "Adopted" }],
    ["another action", web, { ...delivered, action: "Adopt" }],
    ["another note", web, { ...delivered, note: "Delivered to vault." }],
  ])("but of %s is an event of its own", async (_, regarding, told) => {
    const { events, created, patched } = recorder();
    events.record(web, delivered);
    events.record(regarding, told);
    await events.flush();
    expect([created.length, patched.length]).toEqual([2, 0]);
  });

  it("is told anew when the first event is gone, and counts from there", async () => {
    const { events, created, patched, fails } = recorder();
    events.record(web, delivered);
    await events.flush();
    fails.push(new KubeError("NotFound", "gone", { status: 404 }));
    events.record(web, delivered);
    events.record(web, delivered);
    await events.flush();
    expect(created).toHaveLength(2);
    expect(patched).toMatchObject([{ name: created[1]?.metadata.name, operations: [{ value: { count: 2 } }] }]);
  });

  it("is not a series of an event that could not be told", async () => {
    const { events, created, patched, fails } = recorder();
    fails.push(new KubeError("ServiceUnavailable", "etcd is away", { status: 503 }));
    events.record(web, delivered);
    events.record(web, delivered);
    await events.flush();
    expect([created.length, patched.length]).toEqual([1, 0]);
  });
});

describe("an event that cannot be told", () => {
  it("is logged, and those behind it are told", async () => {
    const { events, created, fails, logged } = recorder();
    fails.push(new KubeError("Forbidden", "events are forbidden", { status: 403 }));
    events.record(web, delivered);
    events.record(web, { ...delivered, note: "next" });
    await events.flush();
    expect(created.map(({ note }) => note)).toEqual(["next"]);
    expect(JSON.parse(logged())).toMatchObject({
      level: "warn",
      reason: "Delivered",
      err: { reason: "Forbidden" },
      msg: "an event could not be told",
    });
  });

  it("is the oldest of more than a thousand that wait, and the log counts them", async () => {
    const { events, created, server, logged } = recorder();
    const answer = Promise.withResolvers<void>();
    server.hold = answer.promise;
    // The first is under way at once; of the others, 1,000 can wait.
    for (let number = 0; number < 1_003; number += 1) events.record(web, { ...delivered, note: String(number) });
    answer.resolve();
    await events.flush();
    expect([created.length, created[0]?.note, created[1]?.note]).toEqual([1_001, "0", "3"]);
    expect(JSON.parse(logged())).toMatchObject({ level: "warn", events: 2 });
  });

  it("is not waited for longer than the caller wants", async () => {
    const { events, created, server } = recorder();
    server.hold = new Promise(() => {});
    const enough = new AbortController();
    events.record(web, delivered);
    const flushed = events.flush(enough.signal);
    enough.abort();
    await flushed;
    expect(created).toEqual([]);
  });
});

describe("flush", () => {
  it("ends at once when there is nothing to tell", async () => {
    await expect(recorder().events.flush()).resolves.toBeUndefined();
  });

  it("waits for what is recorded after an earlier flush, too", async () => {
    const { events, created } = recorder();
    events.record(web, delivered);
    await events.flush();
    events.record(web, { ...delivered, note: "next" });
    await events.flush();
    expect(created.map(({ note }) => note)).toEqual(["Delivered to apps.", "next"]);
  });
});
