import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually } from "../control-plane/index.ts";
import { doneButLost, type Fault, halfABody, neverDone } from "../servers/keyfactor/index.ts";
import { CommandWorld, thumbprintOf } from "./command-world.ts";

const imports = "POST /Certificates/Import";
/** A write without an answer is looked at 31 s after its begin: the store's timeout, and 30 s. */
const patient = { timeout: 150_000 };

let all: CommandWorld;
beforeAll(async () => {
  all = await CommandWorld.start("command-lost");
});
afterAll(() => all.close());

/** Imports into an installation where this befalls the first import; gives how many were sent in the end. */
async function importsUnder(name: string, fault: Fault): Promise<number> {
  const leaf = await all.source(name, `${name}.example.com`);
  const server = await all.installation(name, {}, {}, { spec: { timeout: "1s" } });
  const injected = server.inject(fault, { kind: imports, times: 1 });
  // What a lost import has brought is not taken for somebody else's.
  await all.import(name, {}, { storeRef: { name }, adoptionPolicy: "Never" });
  await eventually("the import to meet it", () => injected.hits === 1);
  const { status } = await all.ready(name, "Delivered", 120_000);
  expect(status?.delivery?.remote?.version).toBe(await thumbprintOf(leaf));
  expect(server.command.certificates.all()).toHaveLength(1);
  return server.traffic.count(imports);
}

it.concurrent.each([
  ["the connection ends once it is done", "closed", doneButLost("Close")],
  ["no answer comes, though it was done", "stalled", doneButLost("Stall")],
  ["its answer breaks off in the middle", "half", halfABody],
])("an import is sent once where %s", patient, async (_, name, fault) => {
  expect(await importsUnder(name, fault)).toBe(1);
});

it.concurrent("an import is sent again where a look shows that it was not done", patient, async () => {
  expect(await importsUnder("never", neverDone("Close"))).toBe(2);
});
