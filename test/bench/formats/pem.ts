import { decode } from "../../../src/formats/index.ts";
import type { Row } from "../table.ts";
import { inWords, microseconds } from "./timing.ts";

/** Passed over, so that the scan goes on. */
const block = "-----BEGIN X509 CRL-----\nMAMCAQU=\n-----END X509 CRL-----\n";

/** What a scanner could be slow over. */
const shapes: Readonly<Record<string, string>> = {
  "only dashes": "-",
  "only BEGIN": "-----BEGIN ",
  "BEGIN lines": "-----BEGIN CERTIFICATE-----\n",
  "END lines": "-----END CERTIFICATE-----\n",
  "blocks in one line": block.replaceAll("\n", ""),
  "text around blocks": `Bag Attributes\n    friendlyName: web\n${block}`,
  "header lines": "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n",
  "base64 alone": "MIIBszCCAVmgAwIBAgI",
  "line breaks": "\n",
  spaces: " ",
  "backslash and n": "\\n",
  "zero bytes": "\0",
  "UTF-16": "-\0B\0",
  "bytes above 127": "\u00e9",
};

/** How time grows with the text: linear is ten. */
export async function pemRows(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [name, piece] of Object.entries(shapes)) {
    const [small, large] = [await timeOf(piece, 100_000), await timeOf(piece, 1_000_000)];
    const ratio = large / small;
    rows.push({
      what: `PEM scan of 1 MB: ${name}`,
      value: inWords(large),
      base: `100 KB ${inWords(small)}`,
      ratio,
      goal: "ratio 12",
      met: ratio <= 12,
    });
  }
  return rows;
}

function timeOf(piece: string, length: number): Promise<number> {
  const text = Buffer.from(piece.repeat(Math.ceil(length / piece.length)).slice(0, length), "latin1");
  return microseconds(length > 500_000 ? 15 : 150, () => decode(text, { format: "PEM" }).catch(() => undefined));
}
