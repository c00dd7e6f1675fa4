/** Reading and changing versions, and lists of them (B.4). */
import { expect, it } from "vitest";
import { bundle, identityFor, Scene, versionOf } from "./testing/scene.ts";

it("has the latest version at the bare name, and each at its own", async () => {
  const scene = await Scene.start();
  const [first, second] = [await scene.imported(), await scene.imported()];

  for (const path of ["/certificates/web", "/certificates/web/"]) {
    expect(bundle(await scene.client.get(path)).id).toBe(second.id);
  }
  expect(bundle(await scene.client.get(`/certificates/web/${versionOf(first)}`)).id).toBe(first.id);
  expect((await scene.client.get(`/certificates/web/${"0".repeat(32)}`)).status).toBe(404);
});

it("changes one version, and no other", async () => {
  const scene = await Scene.start();
  const [first, second] = [await scene.imported("web", { tags: { a: "1" } }), await scene.imported()];
  scene.pass(60_000);

  const changed = bundle(
    await scene.client.patch(`/certificates/web/${versionOf(first)}`, { attributes: { enabled: false } }),
  );

  expect(changed).toMatchObject({
    id: first.id,
    tags: { a: "1" },
    attributes: { ...first.attributes, enabled: false, updated: 1_795_316_460 },
  });
  expect(bundle(await scene.client.get("/certificates/web/"))).toEqual(second);
});

it("changes the latest version at the bare name, as a recording does", async () => {
  const scene = await Scene.start();
  const { id } = await scene.imported("web", { tags: { a: "1", b: "2" } });

  const changed = bundle(await scene.client.patch("/certificates/web/", { attributes: {}, tags: { c: "3" } }));

  expect(changed).toMatchObject({ id, tags: { c: "3" }, attributes: { enabled: true } });
  expect(changed.tags).not.toHaveProperty("a");
});

it("takes all tags away", async () => {
  const scene = await Scene.start();
  await scene.imported("web", { tags: { a: "1" } });

  expect(bundle(await scene.client.patch("/certificates/web/", { tags: {} }))).not.toHaveProperty("tags");
});

it("limits tags in a change as well", async () => {
  const scene = await Scene.start();
  await scene.imported();
  const tags = Object.fromEntries(Array.from({ length: 16 }, (_, at) => [`tag-${at}`, "v"]));

  expect((await scene.client.patch("/certificates/web/", { tags })).status).toBe(400);
});

it("lists certificates in pages, with links that lead on", async () => {
  const scene = await Scene.start();
  for (const name of ["c", "a", "b"]) await scene.imported(name, { tags: { name } });
  const listed: unknown[] = [];
  const sizes: number[] = [];
  let path = "/certificates";
  let query: string | undefined = "api-version=7.6&maxresults=2";
  while (query !== undefined) {
    const { json } = await scene.client.get(path, { query });
    const { value, nextLink } = json as { value: { id: string }[]; nextLink: string | null };
    listed.push(...value);
    sizes.push(value.length);
    const next: URL | undefined = nextLink === null ? undefined : new URL(nextLink);
    path = next?.pathname ?? "";
    query = next?.search.slice(1);
  }

  expect(sizes).toEqual([2, 1]);
  expect(listed).toMatchObject(
    ["a", "b", "c"].map((name) => ({
      id: `${scene.server.url}/certificates/${name}`,
      x5t: expect.stringMatching(/^[\w-]{27}$/) as string,
      attributes: { enabled: true, recoveryLevel: "Recoverable+Purgeable" },
      tags: { name },
    })),
  );
  expect(listed[0]).not.toHaveProperty("policy");
});

it("has no link behind a page that the rest just fills", async () => {
  const scene = await Scene.start();
  for (const name of ["a", "b"]) await scene.imported(name);

  const { json } = await scene.client.get("/certificates", { query: "api-version=7.6&maxresults=2" });

  expect(json).toMatchObject({ value: [{}, {}], nextLink: null });
});

it("lists versions by their ids, and none of what is not there", async () => {
  const scene = await Scene.start();
  const ids = [(await scene.imported()).id, (await scene.imported()).id];

  const { json } = await scene.client.get("/certificates/web/versions");

  expect(json).toMatchObject({ value: ids.map((id) => ({ id })), nextLink: null });
  expect((await scene.client.get("/certificates/other/versions")).json).toEqual({ value: [], nextLink: null });
});

it.each(["0", "26", "x", "1.5"])("takes no pages of %s", async (most) => {
  const { client } = await Scene.start();

  expect(await client.get("/certificates", { query: `api-version=7.6&maxresults=${most}` })).toMatchObject({
    status: 400,
    json: { error: { code: "BadParameter" } },
  });
});

it("tells of an operation that is pending", async () => {
  const scene = await Scene.start();
  await scene.imported();
  scene.server.vault.setPending("web", true);

  expect((await scene.client.get("/certificates/web/")).json).toMatchObject({
    pending: { id: `${scene.server.url}/certificates/web/pending` },
  });
  expect(() => scene.server.vault.setPending("other", true)).toThrow("no certificate other");
});

it.each([
  ["7.6", true],
  ["7.5", undefined],
])("knows the order of certificates since 7.6: %s", async (version, expected) => {
  const scene = await Scene.start();
  const { pfx: value } = await identityFor("leaf.example.test");
  const body = { value, pwd: "s3cret", preserveCertOrder: true };

  const { json } = await scene.client.post("/certificates/web/import", body, { query: `api-version=${version}` });

  expect((json as { preserveCertOrder?: boolean }).preserveCertOrder).toBe(expected);
  expect(scene.server.vault.certificates.find("web")?.versions[0]?.preserveCertOrder).toBe(expected ?? false);
});
