import { expect, it, vi } from "vitest";
import { issue } from "../../../../test/fixtures/pki.ts";
import { desiredOf } from "../../../../test/fixtures/place.ts";
import { encode, FormatError } from "../../../formats/index.ts";
import { certificateFile } from "./file.ts";

vi.mock(import("../../../formats/index.ts"), async (original) => {
  const formats = await original();
  return { ...formats, encode: vi.fn<typeof formats.encode>(formats.encode) };
});

function passwordGiven(): Buffer {
  const [, options] = vi.mocked(encode).mock.lastCall ?? [];
  if (options?.format !== "PKCS12" || !Buffer.isBuffer(options.password)) throw new Error("no password was given");
  return options.password;
}

it("leaves no password behind in the buffer that the PKCS#12 was made with", async () => {
  const { Password } = await certificateFile(await desiredOf(await issue({ subject: "CN=web" })));
  expect(Password).toMatch(/^[\w-]{32}$/);
  expect(passwordGiven()).toEqual(Buffer.alloc(32));
});

it("nor where none could be made", async () => {
  vi.mocked(encode).mockRejectedValueOnce(new FormatError("Malformed", "it is broken"));
  const made = certificateFile(await desiredOf(await issue({ subject: "CN=web" })));
  await expect(made).rejects.toMatchObject({ name: "TerminalError" });
  expect(passwordGiven()).toEqual(Buffer.alloc(32));
});
