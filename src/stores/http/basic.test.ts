import { describe, expect, it } from "vitest";
import { Basic } from "./basic.ts";
import { BearerToken } from "./bearer-token.ts";

describe("HTTP Basic", () => {
  it.each<[string, string, string]>([
    ["CORP\\svc", "secret", "Basic Q09SUFxzdmM6c2VjcmV0"],
    ["svc@example.com", "a:b", "Basic c3ZjQGV4YW1wbGUuY29tOmE6Yg=="],
    ["jürgen", "пароль", "Basic asO8cmdlbjrQv9Cw0YDQvtC70Yw="],
    ["svc", "", "Basic c3ZjOg=="],
  ])("carries %s with any password", async (username, password, expected) => {
    expect(await new Basic({ username, password, from: "Secret login" }).header()).toBe(expected);
  });

  it.each(["", "a:b"])("cannot carry the user name %j, and says so without the password", (username) => {
    expect(() => new Basic({ username, password: "hush", from: "Secret login" })).toThrow(
      "The user name of Secret login is empty or has a colon, which HTTP Basic cannot carry.",
    );
  });
});

describe("a given token", () => {
  it("is sent as it is, without the line break that an editor leaves", async () => {
    expect(await new BearerToken({ token: "eyJ.a-b_c~d+e/f=|\n", from: "Secret token" }).header()).toBe(
      "Bearer eyJ.a-b_c~d+e/f=|",
    );
  });

  it.each(["", "\n", "two words", "two\nlines", "a\r\nx-evil: 1", "tökén"])("is not %j", (token) => {
    expect(() => new BearerToken({ token, from: "Secret token" })).toThrow(
      "Secret token holds no bearer token; put nothing but the token there.",
    );
  });
});
