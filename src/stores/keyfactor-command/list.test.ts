import { expect, it } from "vitest";
import * as z from "zod";
import { CommandScene, importContext } from "../../../test/fixtures/command-store.ts";
import { desiredOf } from "../../../test/fixtures/place.ts";
import { issue } from "../../../test/fixtures/pki.ts";
import { CommandClient } from "./client.ts";

const signal = AbortSignal.timeout(60_000);

it.each(["10.5", "25.1"])("%s: a list is read to its end, page by page", async (version) => {
  const metadataFields = Array.from({ length: 250 }, (_, index) => `Field${index}`);
  const scene = await CommandScene.start({ version, metadataFields });
  const store = await scene.store();
  const desired = await desiredOf(await issue({ subject: "CN=web" }));
  const look = (name: string) => store.place({ metadata: { [name]: "x" } }, importContext()).observe(desired, signal);
  expect(await look("Field249")).toEqual({ state: "Absent" });
  expect(scene.server.traffic.count("GET /MetadataFields")).toBe(4);
  expect(await look("Field250")).toMatchObject({ obstacle: { reason: "MetadataFieldMissing" } });
});

it("a list whose server gives the same page whatever it is asked for is given up at the second", async () => {
  const scene = await CommandScene.start({ metadataFields: ["AppOwner"] });
  const store = await scene.store();
  const desired = await desiredOf(await issue({ subject: "CN=web" }));
  const body = { json: [{ Id: 1, Name: "AppOwner" }] };
  scene.server.inject(({ send }) => send({ status: 200, headers: {}, body }), { kind: "GET /MetadataFields" });
  const look = store.place({ metadata: { AppOwner: "x" } }, importContext()).observe(desired, signal);
  await expect(look).rejects.toMatchObject({
    name: "TransientError",
    reason: "StoreUnavailable",
    message:
      "Asked to list the metadata fields, Command answered page 2 as it did page 1; look whether a proxy before it drops PageReturned.",
  });
  expect(scene.server.traffic.count("GET /MetadataFields")).toBe(2);
});

it("a list that goes on for more than a thousand pages is given up, rather than taken for all there is", async () => {
  let asked = 0;
  const request = () => {
    asked += 1;
    const body = Buffer.from(JSON.stringify([asked]));
    return Promise.resolve({ status: 200, headers: { "x-keyfactor-product-version": "25.1.1.0" }, body });
  };
  const connection = { request, close: () => Promise.resolve() };
  const client = new CommandClient({ connection, apiPath: "KeyfactorAPI" });
  await client.call({ method: "GET", path: "/Status/Endpoints", doing: "tell its endpoints", rights: ["any"] }, signal);
  asked = 0;
  const list = { path: "/Things", prefix: "pq", row: z.int(), doing: "list things", rights: [] } as const;
  await expect(client.list(list, signal)).rejects.toMatchObject({
    reason: "StoreUnavailable",
    message: "Asked to list things, Command has not ended after 1000 pages.",
  });
  expect(asked).toBe(1000);
});
