import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { chainFor, issue, type Issued } from "../../../test/fixtures/pki.ts";
import { type Bundle, bundleOf, decode, editKeystore } from "../../formats/index.ts";
import { type KeystoreSpot, lookAt, written } from "./keystore.ts";
import type { KeystoreRecord } from "./keystore-record.ts";

/** What happens to a keystore: the spec, the source or its password changes, or somebody adds an entry of their own. */
type Step =
  | { readonly renew: number }
  | { readonly rename: string }
  | { readonly password: string }
  | { readonly profile: "Modern2023" | "LegacyDES" }
  | { readonly theirs: string };

const steps = fc.array(
  fc.oneof(
    fc.record({ renew: fc.nat(2) }),
    fc.record({ rename: fc.constantFrom("web", "shop", "Ünïcode 🔑") }),
    fc.record({ password: fc.string({ unit: "binary", minLength: 1, maxLength: 24 }) }),
    fc.record({ profile: fc.constantFrom("Modern2023" as const, "LegacyDES" as const) }),
    fc.record({ theirs: fc.constantFrom("api", "mail", "partner") }),
  ),
  { minLength: 1, maxLength: 6 },
);

const bundles: Bundle[] = [];
let theirs: Bundle;

beforeAll(async () => {
  const { root, intermediate } = await chainFor("web.example.com");
  const read = async (leaf: Issued, ...chain: Issued[]) =>
    bundleOf(await decode(Buffer.from([leaf.keyPem, leaf.pem, ...chain.map(({ pem }) => pem)].join(""))), {
      now: new Date(),
    });
  for (const subject of ["CN=one", "CN=two", "CN=three"]) {
    bundles.push(await read(await issue({ subject, issuer: intermediate }), intermediate, root));
  }
  theirs = await read(await issue({ subject: "CN=theirs", issuer: intermediate }), intermediate);
});

interface State {
  bytes: Buffer;
  record: KeystoreRecord | undefined;
  bundle: Bundle;
  alias: string;
  password: Buffer;
  previous: Buffer;
  profile: "Modern2023" | "LegacyDES";
  others: Set<string>;
}

function spotOf(format: "PKCS12" | "JKS", { alias, password, previous, profile }: State): KeystoreSpot {
  const common = { alias, password };
  const options =
    format === "JKS" ? ({ format, ...common } as const) : ({ format, profile, iterations: 100, ...common } as const);
  return { key: "k", options, previous };
}

async function apply(format: "PKCS12" | "JKS", state: State, step: Step): Promise<void> {
  if ("renew" in step) state.bundle = bundles[step.renew] ?? state.bundle;
  if ("rename" in step) state.alias = step.rename;
  if ("profile" in step) state.profile = step.profile;
  if ("password" in step) {
    state.previous = state.password;
    state.password = Buffer.from(step.password);
  }
  if ("theirs" in step) {
    const { options } = spotOf(format, state);
    state.bytes = await editKeystore(state.bytes, { put: theirs }, { ...options, alias: step.theirs });
    state.others.add(step.theirs);
  }
}

/** Looks, does what the look asks for, and looks again. */
async function settle(format: "PKCS12" | "JKS", state: State): Promise<void> {
  const spot = spotOf(format, state);
  const look = await lookAt(spot, state.bundle, state.bytes, state.record);
  if (look.action === "Stop") throw new Error(look.why);
  Object.assign(state, await written(spot, state.bundle, state.bytes, look, state.record));
  expect((await lookAt(spot, state.bundle, state.bytes, state.record)).action).toBe("Keep");
}

describe("a keystore through any changes", () => {
  it.each(["PKCS12", "JKS"] as const)(
    "holds, as %s, our entry as it shall be and every entry of others, and is at rest after one write",
    { timeout: 60_000 },
    async (format) => {
      const property = fc.asyncProperty(steps, async (list) => {
        const [bundle] = bundles;
        if (bundle === undefined) throw new Error("no bundle");
        const password = Buffer.from("first");
        const state: State = {
          bytes: Buffer.alloc(0),
          record: undefined,
          bundle,
          alias: "web",
          password,
          previous: password,
          profile: "Modern2023",
          others: new Set(),
        };
        await settle(format, state);
        for (const step of list) {
          await apply(format, state, step);
          await settle(format, state);
          const decoded = await decode(state.bytes, { password: state.password, alias: state.alias });
          const found = new Set(decoded.certificates.flatMap(({ alias }) => alias?.toLowerCase() ?? []));
          expect(found).toEqual(new Set([state.alias.toLowerCase(), ...state.others]));
          const ours = bundleOf(decoded, { alias: state.alias, now: new Date() });
          expect(ours.leaf).toEqual(state.bundle.leaf);
          expect(ours.key).toEqual(state.bundle.key);
        }
      });
      await fc.assert(property, { numRuns: 25 });
    },
  );
});
