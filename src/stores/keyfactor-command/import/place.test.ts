import { expect, it } from "vitest";
import { CommandScene, importContext } from "../../../../test/fixtures/command-store.ts";
import { issue } from "../../../../test/fixtures/pki.ts";
import { desiredOf, differences, writeTo } from "../../../../test/fixtures/place.ts";
import { allPermissions } from "../../../../test/servers/keyfactor/permissions.ts";
import { certificateFacts } from "../../../formats/index.ts";
import type { Desired, Observation } from "../../contract.ts";

const imports = "POST /Certificates/Import";
const signal = AbortSignal.timeout(60_000);

async function desiredFor(name: string): Promise<Desired> {
  return desiredOf(await issue({ subject: `CN=${name}`, dnsNames: [name] }));
}

function sha1Of({ bundle }: Desired): string {
  return certificateFacts(bundle.leaf).sha1.toUpperCase();
}

function remoteOf(observation: Observation): { id: string; version?: string | undefined } {
  if (observation.state !== "Present") throw new Error(observation.state);
  return observation.remote;
}

it("imports a certificate with its key, and knows it by its thumbprint", async () => {
  const scene = await CommandScene.start();
  const place = (await scene.store()).place({}, importContext());
  const desired = await desiredFor("web.example.com");
  expect(await place.observe(desired, signal)).toEqual({ state: "Absent" });

  const seen = await writeTo(place, desired, signal);

  const [held] = scene.server.command.certificates.all();
  expect(held?.facts.Thumbprint).toBe(sha1Of(desired));
  expect(held?.key).toBeDefined();
  expect(seen).toMatchObject({
    state: "Present",
    remote: { id: String(held?.id), version: sha1Of(desired) },
    holders: { ours: true, others: [], foreign: false },
    differs: [],
    report: { certificateId: held?.id, importStatus: 1, jobStatus: 1 },
  });
});

it("imports a certificate without key as PEM, leaf first", async () => {
  const scene = await CommandScene.start();
  const place = (await scene.store()).place({}, importContext());
  const { bundle, ...rest } = await desiredFor("web.example.com");
  const { key: _key, ...keyless } = bundle;

  await writeTo(place, { ...rest, bundle: keyless }, signal);

  const [held] = scene.server.command.certificates.all();
  expect(held?.facts.IssuedCN).toBe("web.example.com");
  expect(held?.key).toBeUndefined();
});

it("never imports what is there, but changes its metadata and owner, and leaves other fields alone", async () => {
  const scene = await CommandScene.start({
    metadataFields: ["AppOwner", "Ticket"],
    absentMetadata: "Cleared",
    roles: [
      { id: 1, name: "Administrator", permissions: allPermissions },
      { id: 7, name: "Web Team", permissions: [] },
      { id: 8, name: "Database Team", permissions: [] },
    ],
  });
  const desired = await desiredFor("web.example.com");
  const store = await scene.store();
  const first = store.place({ metadata: { AppOwner: "Web" }, ownerRole: { name: "Web Team" } }, importContext());
  const remote = remoteOf(await writeTo(first, desired, signal));
  const [held] = scene.server.command.certificates.all();
  expect(held?.metadata.get("AppOwner")).toBe("Web");
  expect(held?.ownerRoleId).toBe(7);
  held?.metadata.set("Ticket", "INC-1");

  const changed = store.place({ metadata: { AppOwner: "Data" }, ownerRole: { id: 8 } }, importContext({ remote }));
  expect(differences(await changed.observe(desired, signal))).toEqual(["metadata AppOwner", "owner role"]);
  const seen = await writeTo(changed, desired, signal);

  expect(differences(seen)).toEqual([]);
  expect(seen).not.toHaveProperty("report");
  expect(held?.ownerRoleId).toBe(8);
  expect(held?.metadata.get("Ticket")).toBe("INC-1");
  expect(scene.server.traffic.count(imports)).toBe(1);
});
