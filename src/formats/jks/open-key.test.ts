import { describe, expect, it } from "vitest";
import { integer, octetString, oid, sequence } from "../asn1/writer.ts";
import { Budget } from "../limits.ts";
import { openKey } from "./open-key.ts";

const password = Buffer.from("changeit", "utf16le").swap16();
const sealed = (protection: Buffer, data: string) => sequence(protection, octetString(Buffer.from(data, "hex")));

describe("openKey", () => {
  // `hello` under PBEWithMD5AndTripleDES: as once in 256 times with a wrong password, the padding is right and the rest is not.
  it("takes what is no key for a wrong password", async () => {
    const salt = octetString(Buffer.from("0102030401020304", "hex"));
    const protection = sequence(oid("1.3.6.1.4.1.42.2.19.1"), sequence(salt, integer(7)));
    expect(await openKey(sealed(protection, "444c15bc4f97968d"), [password], new Budget())).toBeUndefined();
  });

  it("names a protection that is not read by its OID", async () => {
    const opening = openKey(sealed(sequence(oid("1.3.6.1.4.1.42.2.99")), "00"), [password], new Budget());
    await expect(opening).rejects.toMatchObject({
      code: "UnsupportedAlgorithm",
      details: { oid: "1.3.6.1.4.1.42.2.99" },
    });
  });
});
