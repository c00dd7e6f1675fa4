import { X509Certificate } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { issue, type Issued } from "../../test/fixtures/pki.ts";
import { type Bundle, bundleOf, checkComplete } from "./index.ts";

const now = new Date("2026-06-01T00:00:00Z");
const valid = { notBefore: new Date("2026-01-01T00:00:00Z"), notAfter: new Date("2027-01-01T00:00:00Z") };
const expired = { notBefore: new Date("2024-01-01T00:00:00Z"), notAfter: new Date("2025-01-01T00:00:00Z") };

/** How the certificates of a generated PKI lie together: a line of CAs and a leaf, and what makes it hard to read. */
interface Shape {
  readonly depth: number;
  readonly withRoot: boolean;
  /** At these levels lies, too: an expired twin, one of another key, one that another root has signed. */
  readonly twins: readonly number[];
  readonly rekeyed: readonly number[];
  readonly crossed: readonly number[];
  readonly withKey: boolean;
}

const levels = fc.uniqueArray(fc.integer({ min: 0, max: 4 }), { maxLength: 3 });
const shapes: fc.Arbitrary<Shape> = fc.record({
  depth: fc.integer({ min: 1, max: 5 }),
  withRoot: fc.boolean(),
  twins: levels,
  rekeyed: levels,
  crossed: levels,
  withKey: fc.boolean(),
});

interface Made {
  readonly leaf: Issued;
  /** From the leaf's issuer to the root. */
  readonly line: readonly Issued[];
  readonly all: readonly Issued[];
}

async function made(shape: Shape): Promise<Made> {
  const line: Issued[] = [];
  const extras: Issued[] = [];
  const other = await issue({ subject: "CN=Other Root", ca: true, ...valid });
  for (let level = 0; level < shape.depth; level += 1) {
    const issuer = line[0];
    const subject = `CN=Level ${level}`;
    const above = issuer === undefined ? {} : { issuer };
    const one = await issue({ subject, ca: true, ...above, ...valid });
    const twin = { subject, ca: true, keys: one.keys };
    if (shape.twins.includes(level)) extras.push(await issue({ ...twin, ...above, ...expired }));
    if (shape.rekeyed.includes(level)) extras.push(await issue({ subject, ca: true, ...above, ...valid }));
    if (shape.crossed.includes(level)) extras.push(await issue({ ...twin, issuer: other, ...valid }));
    line.unshift(one);
  }
  const [issuer] = line;
  const leaf = await issue({ subject: "CN=leaf", ...(issuer === undefined ? {} : { issuer }), ...valid });
  const kept = shape.withRoot ? line : line.slice(0, -1);
  return { leaf, line, all: [leaf, ...kept, ...extras, ...(shape.crossed.length > 0 ? [other] : [])] };
}

function decoded({ leaf, all }: Made, order: readonly number[], withKey: boolean): Parameters<typeof bundleOf>[0] {
  const shuffled = all.toSorted((a, b) => (order[all.indexOf(a)] ?? 0) - (order[all.indexOf(b)] ?? 0));
  const key = Buffer.from(leaf.keyPem.split("\n").slice(1, -2).join(""), "base64");
  return {
    certificates: shuffled.map(({ certificate }) => ({ der: Buffer.from(certificate.rawData) })),
    keys: withKey ? [{ pkcs8: key }] : [],
  };
}

function path({ leaf, chain, root }: Bundle): X509Certificate[] {
  return [leaf, ...chain, ...(root === undefined ? [] : [root])].map((der) => new X509Certificate(der));
}

const orders = fc.array(fc.nat(), { minLength: 24, maxLength: 24 });

describe("bundleOf a generated PKI", () => {
  it("finds the leaf and a proven chain of valid certificates, in any order", { timeout: 60_000 }, async () => {
    const property = fc.asyncProperty(shapes, orders, async (shape, order) => {
      // An expired root whose valid twin is not there is all that there is.
      const twins = shape.withRoot ? shape.twins : shape.twins.filter((level) => level > 0);
      const pki = await made({ ...shape, twins });
      const found = path(bundleOf(decoded(pki, order, shape.withKey), { now }));
      expect(found[0]?.subject).toBe("CN=leaf");
      found.slice(1).forEach((issuer, index) => {
        expect(found[index]?.verify(issuer.publicKey)).toBe(true);
        expect(issuer.validToDate > now).toBe(true);
      });
      expect(new Set(found.map(({ fingerprint256 }) => fingerprint256)).size).toBe(found.length);
    });
    await fc.assert(property, { numRuns: 30 });
  });

  it("ends at the line's own root where it is there, by the shortest way", { timeout: 60_000 }, async () => {
    const property = fc.asyncProperty(shapes, orders, async (shape, order) => {
      const pki = await made({ ...shape, withRoot: true });
      const bundle = bundleOf(decoded(pki, order, shape.withKey), { now });
      checkComplete(bundle);
      expect(bundle.root).toBeDefined();
      // A cross-signed level is one step from the other root.
      const crossed = shape.crossed.filter((level) => level < shape.depth);
      const shortcut = Math.max(0, ...crossed.map((level) => level + 1));
      const straight = shape.depth;
      const across = shortcut === 0 ? straight : shape.depth - shortcut + 2;
      expect(path(bundle)).toHaveLength(1 + Math.min(straight, across));
    });
    await fc.assert(property, { numRuns: 30 });
  });

  it("does not depend on the order where nothing lies there twice", { timeout: 60_000 }, async () => {
    const property = fc.asyncProperty(shapes, orders, orders, async (shape, one, other) => {
      const pki = await made({ ...shape, crossed: [] });
      const [first, second] = [one, other].map((order) => bundleOf(decoded(pki, order, shape.withKey), { now }));
      expect(first?.chain).toEqual(second?.chain);
      expect(first?.leaf).toEqual(second?.leaf);
    });
    await fc.assert(property, { numRuns: 20 });
  });

  it("names the level that was taken out", { timeout: 60_000 }, async () => {
    const property = fc.asyncProperty(fc.integer({ min: 2, max: 5 }), fc.nat(), orders, async (depth, nth, order) => {
      const pki = await made({ depth, withRoot: true, twins: [], rekeyed: [], crossed: [], withKey: true });
      const gone = nth % (depth - 1);
      const all = pki.all.filter((one) => one !== pki.line[gone]);
      const bundle = bundleOf(decoded({ ...pki, all }, order, true), { now });
      expect(bundle.missingIssuer).toBe(pki.line[gone]?.certificate.subject);
      expect(bundle.chain).toHaveLength(gone);
    });
    await fc.assert(property, { numRuns: 20 });
  });
});
