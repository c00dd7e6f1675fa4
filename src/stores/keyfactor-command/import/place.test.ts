import { expect, it } from "vitest";
import { CommandScene, importContext } from "../../../../test/fixtures/command-store.ts";
import { issue } from "../../../../test/fixtures/pki.ts";
import { desiredOf, differences, writeTo } from "../../../../test/fixtures/place.ts";
import { allPermissions, unavailable } from "../../../../test/servers/keyfactor/index.ts";
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

it("brings a renewed certificate beside the one before, which is told as replaced under deletionPolicy: Delete alone", async () => {
  const scene = await CommandScene.start();
  const store = await scene.store();
  const [old, renewed] = [await desiredFor("web.example.com"), await desiredFor("web.example.com")];
  const first = store.place({}, importContext({ leaf: certificateFacts(old.bundle.leaf) }));
  const remote = remoteOf(await writeTo(first, old, signal));

  const more = { remote, leaf: certificateFacts(renewed.bundle.leaf) };
  const kept = store.place({}, importContext({ ...more, deletionPolicy: "Retain" }));
  expect(await kept.observe(renewed, signal)).toMatchObject({
    state: "Present",
    remote,
    leaf: { sha256: certificateFacts(old.bundle.leaf).sha256 },
    holders: { ours: true, foreign: false },
    differs: [{ what: "certificate" }],
  });
  expect(await writeTo(kept, renewed, signal)).not.toHaveProperty("replaced");

  const cleared = store.place({}, importContext({ ...more, deletionPolicy: "Delete" }));
  const seen = await cleared.observe(renewed, signal);
  const replaced = seen.state === "Present" ? (seen.replaced ?? "") : "";
  expect(await store.remove(replaced, "mark", { others: [cleared.key], readSecret: unread }, signal)).toEqual({});
  expect(scene.server.command.certificates.all().map(({ facts }) => facts.Thumbprint)).toEqual([sha1Of(renewed)]);
});

it("removes what lay there before as well, as long as the other is not there", async () => {
  const scene = await CommandScene.start();
  const store = await scene.store();
  const [old, renewed] = [await desiredFor("web.example.com"), await desiredFor("web.example.com")];
  const first = store.place({}, importContext({ leaf: certificateFacts(old.bundle.leaf) }));
  const remote = remoteOf(await writeTo(first, old, signal));
  const { key } = store.place({}, importContext({ remote, leaf: certificateFacts(renewed.bundle.leaf) }));

  expect(await store.remove(key, "mark", { readSecret: unread }, signal)).toEqual({});
  expect(scene.server.command.certificates.all()).toEqual([]);
});

it("leaves what another import holds as well", async () => {
  const scene = await CommandScene.start();
  const store = await scene.store();
  const desired = await desiredFor("web.example.com");
  const place = store.place({}, importContext({ leaf: certificateFacts(desired.bundle.leaf) }));
  await writeTo(place, desired, signal);

  const { left } = await store.remove(place.key, "mark", { others: [place.key], readSecret: unread }, signal);
  expect(left).toContain("another CertificateImport holds it as well");
  expect(scene.server.command.certificates.all()).toHaveLength(1);
});

it("leaves metadata and owner to an older import of the same certificate", async () => {
  const roles = [
    { id: 1, name: "Administrator", permissions: allPermissions },
    { id: 7, name: "Web Team", permissions: [] },
  ];
  const scene = await CommandScene.start({ metadataFields: ["AppOwner"], roles });
  const store = await scene.store();
  const desired = await desiredFor("web.example.com");
  await writeTo(store.place({ metadata: { AppOwner: "Web" } }, importContext()), desired, signal);

  const block = { metadata: { AppOwner: "Data" }, ownerRole: { id: 7 } };
  const younger = store.place(block, importContext({ name: "younger", elderHolds: () => true }));
  expect(differences(await younger.observe(desired, signal))).toEqual([]);
});

it("does not begin with a metadata field that Command lacks, nor with an owner before 24.4", async () => {
  const desired = await desiredFor("web.example.com");
  const scene = await CommandScene.start({ metadataFields: ["AppOwner"] });
  const place = (await scene.store()).place({ metadata: { Ticket: "INC-1" } }, importContext());
  expect(await place.observe(desired, signal)).toEqual({
    state: "Absent",
    obstacle: {
      reason: "MetadataFieldMissing",
      message: "Command has no metadata field Ticket; create it there, or correct keyfactorCommand.metadata.",
    },
  });

  const older = await CommandScene.start({ version: "24.3" });
  const owned = (await older.store()).place({ ownerRole: { name: "Web Team" } }, importContext());
  expect(await owned.observe(desired, signal)).toEqual({
    state: "Absent",
    obstacle: {
      reason: "VersionTooOld",
      message: "ownerRole needs Command 24.4 or later, and this is 24.3.0.0; leave it out.",
    },
  });
  expect(older.server.traffic.count(imports)).toBe(0);
});

it("imports again only what lies there without the key that we bring, and not into stores again", async () => {
  const scene = await CommandScene.start();
  const target = scene.server.command.addStore({ type: "RFPEM" });
  const store = await scene.store();
  const { bundle, ...rest } = await desiredFor("web.example.com");
  const { key: _key, ...keyless } = bundle;
  const block = { deployTo: { stores: [{ storeId: target.id }] } };
  const first = await writeTo(store.place(block, importContext()), { ...rest, bundle: keyless }, signal);
  expect(first).toMatchObject({ report: { deployTo: "Submitted" } });

  const place = store.place(block, importContext({ remote: remoteOf(first) }));
  expect(differences(await place.observe({ ...rest, bundle }, signal))).toEqual(["private key"]);
  const seen = await writeTo(place, { ...rest, bundle }, signal);

  expect(differences(seen)).toEqual([]);
  expect(seen).toMatchObject({ report: { importStatus: 2 } });
  expect(seen).not.toMatchObject({ report: { deployTo: "Submitted" } });
  expect(scene.server.command.certificates.all()[0]?.key).toBeDefined();
});

it("leaves an import in doubt whose look fails, and takes it for ours then", async () => {
  const scene = await CommandScene.start();
  const place = (await scene.store()).place({}, importContext());
  const desired = await desiredFor("web.example.com");
  const absent = await place.observe(desired, signal);
  const fault = scene.server.inject(unavailable, { kind: "GET /Certificates" });
  await expect(place.put(desired, absent, signal)).rejects.toMatchObject({
    name: "TransientError",
    happened: "unknown",
  });
  scene.server.heal(fault);
  const seen = await place.observe(desired, signal, { since: new Date() });
  expect(seen).toMatchObject({ state: "Present", differs: [], holders: { ours: true, foreign: false } });
});

it("looks again where what was to be changed has gone meanwhile", async () => {
  const scene = await CommandScene.start({ metadataFields: ["AppOwner"] });
  const store = await scene.store();
  const desired = await desiredFor("web.example.com");
  const remote = remoteOf(await writeTo(store.place({}, importContext()), desired, signal));
  const place = store.place({ metadata: { AppOwner: "Web" } }, importContext({ remote }));
  const seen = await place.observe(desired, signal);
  scene.server.command.certificates.delete(Number(remote.id));
  expect(await place.put(desired, seen, signal)).toEqual({ outcome: "Changed" });
});

function unread(): never {
  throw new Error("a removal reads no Secret");
}
