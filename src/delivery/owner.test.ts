import { describe, expect, it } from "vitest";
import type { Observation } from "../stores/contract.ts";
import { type Claim, holderOf, ownerOf } from "./owner.ts";
import { facts, present } from "./testing.ts";

type Adoption = Parameters<typeof ownerOf>[3];

const absent: Observation = { state: "Absent" };
const alone: Claim = { mark: "me/StoreDeployment/shop/web/edge", alive: () => true };
const younger: Claim = { ...alone, elder: "StoreDeployment/shop/a" };
const survivor: Claim = { ...alone, alive: () => false };
const leaf = facts();
const unlike = { subject: "CN=other", altNames: [], sha256: "ff", publicKeySha256: "other" };

/** A place that bears these marks of others. */
function markedBy(...others: string[]): Observation {
  return present({ holders: { ours: false, others, foreign: false } });
}

/** A place that holds this leaf, and no mark. */
function unmarked(placed?: Partial<typeof leaf>): Observation {
  const { leaf: _, ...rest } = present({ holders: { ours: false, others: [], foreign: true } });
  return placed === undefined ? rest : { ...rest, leaf: facts(placed) };
}

function answer(observation: Observation, claim: Claim, adoption: Adoption = "IfMatching"): string {
  const ownership = ownerOf(observation, claim, leaf, adoption);
  return ownership.owner === "Other" ? ownership.reason : ownership.owner;
}

function message(observation: Observation, claim: Claim, adoption: Adoption = "IfMatching"): string {
  const ownership = ownerOf(observation, claim, leaf, adoption);
  return ownership.owner === "Other" ? ownership.message : "";
}

describe("the owner of a place", () => {
  it.each<[string, Observation, Claim, string]>([
    ["is nobody where nothing lies and nobody else wants it", absent, alone, "Free"],
    ["is the elder where nothing lies", absent, younger, "PlaceTaken"],
    ["are we where our mark is", present(), alone, "Ours"],
    ["are we where our mark is, though an elder wants it", present(), younger, "Ours"],
    ["is the resource whose mark is there, however old", markedBy("me/StoreDeployment/shop/b"), alone, "PlaceTaken"],
    ["is nobody when the marked resource is gone", markedBy("me/StoreDeployment/shop/b"), survivor, "Free"],
    [
      "is the elder when the marked resource is gone",
      markedBy("me/StoreDeployment/shop/b"),
      { ...younger, alive: () => false },
      "PlaceTaken",
    ],
    [
      "is another operator, whether or not its resource is known here",
      markedBy("you/X/s/b"),
      survivor,
      "OwnedElsewhere",
    ],
    [
      "is another operator that has taken the place from us, by the mark of ours that it left",
      present({ holders: { ours: true, others: ["you/X/s/b"], foreign: false } }),
      alone,
      "OwnedElsewhere",
    ],
    ["is another operator before a resource of our own", markedBy("me/X/s/b", "you/X/s/b"), alone, "OwnedElsewhere"],
    [
      "is one who shares our spots with us",
      present({ holders: { ours: true, others: ["me/X/s/b"], foreign: false } }),
      alone,
      "PlaceTaken",
    ],
    [
      "are we where our mark lies beside what has none",
      present({ holders: { ours: true, others: [], foreign: true } }),
      alone,
      "Ours",
    ],
    ["is nobody where nothing lies on our spots", markedBy(), alone, "Free"],
  ])("%s", (_, observation, claim, expected) => {
    expect(answer(observation, claim)).toBe(expected);
  });

  it("asks of the very mark whether its resource is alive", () => {
    const asked: string[] = [];
    const claim = { ...alone, alive: (mark: string) => asked.push(mark) > 0 };
    answer(markedBy("me/StoreDeployment/shop/b/t"), claim);
    expect(asked).toEqual(["me/StoreDeployment/shop/b/t"]);
  });
});

describe("what another operator holds", () => {
  const theirs = markedBy("you/X/s/b");
  const was = present({ holders: { ours: true, others: ["you/X/s/b"], foreign: false } });

  it.each<[string, Observation, Claim, Adoption, string]>([
    ["is taken under Always", theirs, alone, "Always", "Free"],
    ["is not taken back under Always: our mark is still there", was, alone, "Always", "OwnedElsewhere"],
    [
      "is not taken back under Always: our record knows of a write",
      theirs,
      { ...alone, held: true },
      "Always",
      "OwnedElsewhere",
    ],
    ["is not taken otherwise", theirs, alone, "IfMatching", "OwnedElsewhere"],
  ])("%s", (_, observation, claim, adoption, expected) => {
    expect(answer(observation, claim, adoption)).toBe(expected);
  });

  it("and has taken from us is told so", () => {
    expect(message(was, alone, "Always")).toBe(
      "Another operator (owner id you) has taken this place over. Choose another place, or remove its mark there to have it back.",
    );
  });
});

describe("what lies there without a mark", () => {
  it.each<[string, Observation, Adoption, string]>([
    ["the very leaf", unmarked({ ...unlike, sha256: "aa" }), "IfMatching", "Adopted"],
    [
      "a leaf for the same subject and names",
      unmarked({ sha256: "ff", publicKeySha256: "other" }),
      "IfMatching",
      "Adopted",
    ],
    ["a leaf with the same key", unmarked({ ...unlike, publicKeySha256: "k1" }), "IfMatching", "Adopted"],
    [
      "a leaf for the same subject and other names",
      unmarked({ ...unlike, subject: "CN=shop.example.com" }),
      "IfMatching",
      "NotAdopted",
    ],
    [
      "a leaf for the same names and another subject",
      unmarked({ ...unlike, altNames: ["DNS:shop.example.com"] }),
      "IfMatching",
      "NotAdopted",
    ],
    ["no certificate", unmarked(), "IfMatching", "NotAdopted"],
    ["the very leaf", unmarked({}), "Never", "NotAdopted"],
    ["another leaf", unmarked(unlike), "Always", "Adopted"],
    ["no certificate", unmarked(), "Always", "Adopted"],
  ])("%s, under %3$s: %4$s", (_, observation, adoption, expected) => {
    expect(answer(observation, alone, adoption)).toBe(expected);
  });

  it("is not adopted while an elder wants the place, even under Always", () => {
    expect(answer(unmarked({}), younger, "Always")).toBe("PlaceTaken");
  });

  it("that cannot be read is no match", () => {
    const holders = { ours: false, others: [], foreign: true };
    const unreadable = { state: "Unreadable", remote: { id: "u" }, holders, why: "no PEM" } as const;
    expect(answer(unreadable, alone)).toBe("NotAdopted");
    expect(answer(unreadable, alone, "Always")).toBe("Adopted");
  });
});

describe("a refusal tells what to do", () => {
  it("of an elder in the same namespace, by name", () => {
    expect(message(absent, younger)).toBe(
      "StoreDeployment a holds this place. It is taken over when that one goes; or choose another place.",
    );
  });

  it("of an elder in another namespace, without its name", () => {
    expect(message(absent, { ...alone, elder: "StoreDeployment/payments/a" })).toBe(
      "A resource in another namespace holds this place. It is taken over when that one goes; or choose another place.",
    );
  });

  it("of another operator, by owner id", () => {
    expect(message(markedBy("you/StoreDeployment/payments/a"), alone)).toBe(
      "Another operator (owner id you) holds this place. Choose another place, or set adoptionPolicy: Always to take it over.",
    );
  });

  it.each<[Adoption, string]>([
    ["Never", "adoptionPolicy is Never: remove what is there, or choose another place."],
    [
      "IfMatching",
      "It is not the same certificate or one for the same names or key: remove what is there, choose another place, or set adoptionPolicy: Always.",
    ],
  ])("of something foreign under %s", (adoption, hint) => {
    expect(message(unmarked(unlike), alone, adoption)).toBe(
      `The place holds the certificate CN=other, which Certferry did not write. ${hint}`,
    );
  });
});

describe("a mark", () => {
  it.each([
    ["me/StoreDeployment/shop/web/edge", { resource: "StoreDeployment/shop/web", target: "edge" }],
    ["me/CertificateImport/shop/web", { resource: "CertificateImport/shop/web", target: "" }],
  ])("%s names its resource and its target", (mark, holder) => {
    expect(holderOf(mark)).toEqual(holder);
  });
});
