import { describe, expect, it } from "vitest";
import { passwordForms, zeroForms } from "./password.ts";

function hex(password: Buffer): { octets: string[]; bmp: string[] } {
  const { octets, bmp } = passwordForms(password);
  return { octets: octets.map((form) => form.toString("hex")), bmp: bmp.map((form) => form.toString("hex")) };
}

describe("passwordForms", () => {
  it("knows one form of ASCII for each kind of scheme", () => {
    expect(hex(Buffer.from("ab"))).toEqual({ octets: ["6162"], bmp: ["006100620000"] });
  });

  it("tries an empty password as two zero bytes and as nothing", () => {
    expect(hex(Buffer.alloc(0))).toEqual({ octets: [""], bmp: ["0000", ""] });
  });

  it("tries other characters as UTF-8 and Latin-1, and as UTF-16 and widened bytes", () => {
    expect(hex(Buffer.from("é"))).toEqual({ octets: ["c3a9", "e9"], bmp: ["00e90000", "00c300a90000"] });
  });

  it("tries no Latin-1 where that lacks the characters", () => {
    expect(hex(Buffer.from("й"))).toEqual({ octets: ["d0b9"], bmp: ["04390000", "00d000b90000"] });
  });

  it("writes characters beyond the basic plane as surrogates", () => {
    expect(hex(Buffer.from("🔑")).bmp[0]).toBe("d83ddd110000");
  });

  it("takes what is not UTF-8 for Latin-1", () => {
    expect(hex(Buffer.of(0xe9))).toEqual({ octets: ["e9", "c3a9"], bmp: ["00e90000"] });
  });

  it("keeps a byte order mark, which is part of the password", () => {
    expect(hex(Buffer.from("\u{feff}a")).bmp[0]).toBe("feff00610000");
  });

  it("leaves the caller's password as it is when the forms are wiped", () => {
    const password = Buffer.from("é");
    const forms = passwordForms(password);
    zeroForms(forms);
    expect([...forms.octets, ...forms.bmp].every((form) => form.every((byte) => byte === 0))).toBe(true);
    expect(password.toString()).toBe("é");
  });
});
