import { expect, it } from "vitest";
import { DeploymentScene } from "../../../test/fixtures/command-deployment.ts";
import { importContext } from "../../../test/fixtures/command-store.ts";
import { allPermissions, type Permission } from "../../../test/servers/keyfactor/index.ts";

const signal = AbortSignal.timeout(60_000);

/** The refusal of what an account does that lacks one right alone. */
async function refused(missing: Permission, act: "Describe" | "Own" | "Add"): Promise<string> {
  const permissions: string[] = [...allPermissions];
  const roles = [{ id: 1, name: "Administrator", permissions }];
  const scene = await DeploymentScene.start({ roles, metadataFields: ["AppOwner"] });
  const { desired, held } = await scene.imported();
  const target = { storeId: scene.addStore({ type: "RFJKS", inventoryMinutes: 10 }).id, alias: "web" };
  permissions.splice(permissions.indexOf(missing), 1);
  const block = act === "Own" ? { ownerRole: { id: 1 } } : { metadata: { AppOwner: "web" } };
  const place = act === "Add" ? scene.place({ held }, target) : scene.store.place(block, importContext());
  const done = place.observe(desired, signal).then((seen) => place.put(desired, seen, signal));
  return done.then(
    () => "it may",
    (error: unknown) => String(error),
  );
}

it.each([
  ["/metadata/types/read/", "Describe"],
  ["/certificates/collections/metadata/modify/", "Describe"],
  ["/certificates/collections/change_owner/", "Own"],
  ["/certificate_stores/read/", "Add"],
  ["/certificate_stores/schedule/", "Add"],
] as const)("an account that lacks %s is told so", async (right, act) => {
  expect(await refused(right, act)).toContain(`${right} in Command`);
});
