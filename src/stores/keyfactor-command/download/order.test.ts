import { expect, it } from "vitest";
import { chainFor, issue } from "../../../../test/fixtures/pki.ts";
import { inOrder } from "./order.ts";

const { root, intermediate, leaf } = await chainFor("leaf.example.com");

function file(...parts: string[]): Buffer {
  return Buffer.from(parts.join(""));
}

it("puts a chain in order, each certificate with the text before it", () => {
  const mixed = file(`CN=Root\n${root.pem}`, `CN=leaf\n${leaf.pem}`, `CN=CA\n${intermediate.pem}`);
  expect(inOrder(mixed, "EndEntityFirst").toString()).toBe(
    `CN=leaf\n${leaf.pem}CN=CA\n${intermediate.pem}CN=Root\n${root.pem}`,
  );
  expect(inOrder(mixed, "RootFirst").toString()).toBe(
    `CN=Root\n${root.pem}CN=CA\n${intermediate.pem}CN=leaf\n${leaf.pem}`,
  );
});

it("leaves bytes alone that are in order", () => {
  const ordered = file(leaf.pem.trimEnd(), "\r\n", intermediate.pem, root.pem, "\nlast words");
  expect(inOrder(ordered, "EndEntityFirst")).toBe(ordered);
});

it("ends the last line of a certificate that comes to stand before another", () => {
  const unended = file(root.pem, leaf.pem, intermediate.pem.trimEnd());
  expect(inOrder(unended, "EndEntityFirst").toString()).toBe(leaf.pem + intermediate.pem + root.pem);
});

it("leaves what is no chain as it is", async () => {
  const other = await issue({ subject: "CN=other.example.com" });
  const two = file(other.pem, leaf.pem);
  expect(inOrder(two, "RootFirst")).toBe(two);
  const gap = file(root.pem, leaf.pem);
  expect(inOrder(gap, "EndEntityFirst")).toBe(gap);
});

it("leaves what holds no certificate as it is", () => {
  const text = file("no certificate");
  expect(inOrder(text, "RootFirst")).toBe(text);
});
