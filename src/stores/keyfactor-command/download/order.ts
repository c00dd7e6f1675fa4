import { X509Certificate } from "node:crypto";

/** A certificate of a PEM file, with the text before it: Command writes the subject there. */
interface Part {
  readonly text: string;
  readonly certificate: X509Certificate;
}

const block = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----(?:\r?\n)?/g;

/**
 * Puts the certificates of a PEM into the order that was asked for, each with the text before it: Command's own order cannot be
 * trusted. What is no chain from one leaf up stays as it is.
 */
export function inOrder(file: Buffer, order: "EndEntityFirst" | "RootFirst"): Buffer {
  const parts = partsOf(file.toString("utf8"));
  const chain = chainOf(parts);
  if (chain === undefined) return file;
  const wanted = order === "RootFirst" ? chain.toReversed() : chain;
  if (wanted.every((part, index) => part === parts[index])) return file;
  return Buffer.from(wanted.map(({ text }) => (text.endsWith("\n") ? text : `${text}\n`)).join(""));
}

function partsOf(text: string): Part[] {
  let end = 0;
  return [...text.matchAll(block)].map((match) => {
    const whole = text.slice(end, match.index + match[0].length);
    end = match.index + match[0].length;
    return { text: whole, certificate: new X509Certificate(match[0]) };
  });
}

/** From the one that has issued none of the others up; undefined where there is no such chain through all. */
function chainOf(parts: readonly Part[]): readonly Part[] | undefined {
  const leaves = parts.filter((part) => !parts.some((other) => other !== part && issued(part, other)));
  const [leaf] = leaves;
  if (leaf === undefined || leaves.length > 1) return undefined;
  const chain = [leaf];
  for (let last = leaf; chain.length < parts.length;) {
    const issuer = parts.find((part) => !chain.includes(part) && issued(part, last));
    if (issuer === undefined) return undefined;
    chain.push(issuer);
    last = issuer;
  }
  return chain;
}

function issued(issuer: Part, { certificate }: Part): boolean {
  return certificate.checkIssued(issuer.certificate) && certificate.verify(issuer.certificate.publicKey);
}
