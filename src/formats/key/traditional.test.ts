import { describe, expect, it } from "vitest";
import { openTraditional } from "./traditional.ts";

const password = Buffer.from("kötchen");
// One EC key by `openssl ec -<cipher> -passout pass:kötchen`, with the legacy provider where it is needed.
const plain =
  "MHcCAQEEILysGiwRfSrRoTWlmh3MCQ2txAzLeawJNTOus2ZSTvtxoAoGCCqGSM49AwEHoUQDQgAEl4z3BBDr2U8HHNIp6MmiTNqMnMMi6HN9LU93d9WT8DZLzEFn/IDR2FQf1xLjt6P78EKtjUb0g5/xgoEE0JmMLQ==";
const keys: readonly (readonly [cipher: string, iv: string, base64: string])[] = [
  [
    "AES-128-CBC",
    "A3165B4083116EA7AE2EB4F38C72DF81",
    "gRoQMe4ICt2eiWhjLMMc98uY4bv1Hrf9hkY1CNjI/KrgrH6af2/TgPX1FGCmbRjitJPZh1L4hPGolM3hK1Sou6nQKtZKrwaJc9p77wt+859HKTS52b+jS+2pj5kZCkOEP/GzjNrJH5w9dRtNOtR6BeRQwll3crh0a8071ZDCWSE=",
  ],
  [
    "AES-192-CBC",
    "2561DA9E5ECB2548BBEA3A0315D75205",
    "hgZ+LS3tQKX1RjuXqkWGhW5MUFfYZqii/a2dopV5wAeCRdn3bOVefyE4Z5L/6GmCJI1QYnFwC3TOugFdvw5jgfEnNaeL7kis758UUu7ZDHp5OAMKxv+Z7HNQEQLbM2foV34Xs5ZgiL8DX9Eawi+RsNrB3ctb7sgWCevv77mVC6Y=",
  ],
  [
    "AES-256-CBC",
    "1B7329CB9A8A78CAC77D693B4D336F2A",
    "3tIHRyNUmfwSoAY/eszS/15hB8FWGMWEClveLxSpoUTVhq2bNCL7hCDJ18YVohtCmZe5dsIJMkqIF3iihjkcDX+AP5DKe2AWIPBfjxVf7zrZWzWQTxnXeZXas9lTiVdD4DG+YLpuc8CGPZCdY7WHumgHCcIcGLiSxNjeI8CEe6o=",
  ],
  [
    "CAMELLIA-128-CBC",
    "5133DB56CF72AD2180A113F5F9784FF6",
    "z4AaL3fmnCTDw0vHFeqjPu/FO+LeGGI8KoOabWb9bWdOG3CTCeqEb7QCA1i6SAKzqhStV82LFU0Sx6abBHMDk7amSfhOk8b8RolyhtaHX83ij1LG0k60VvbHKUrAGG0NrNnTeFIeYI/aKUZ5TTXclN31oED44nqfYgPthgKI1KA=",
  ],
  [
    "CAMELLIA-192-CBC",
    "57F84499C972EBE18A020B5B91994D39",
    "FXVaKECgHV1H/UI56rX4fDD8bNRCUNWEw4JqA4BMCxaC8iaycOSTiavai48iVFzpat9z4PTdjDJzXTKGnfbagHXdcIzTDy38/ZwpL+lkwFG32cDslzZBZemtqpT6Q/lEge8kqAnf1ydkRURj6CKH/sQp+h1leDqEmYhaJXLOCME=",
  ],
  [
    "CAMELLIA-256-CBC",
    "E7065121656850185BCE741E148360B4",
    "3GL/1f7EZ01WNy4XSntyzMZQuexolVROtYN5kakJQeSVjHVQLd4UGQNwxlobclU6s2bQhbqqk92mUDX8SpQt2nDozLA4i7xGDvphsstv/3XMpXN9jN03vQ4o9OSwQdmZP4+sb+0U9HFO9yoAnHxAaf+i+qGJaEsSZbgdoo0lQ7Y=",
  ],
  [
    "DES-CBC",
    "897E129B4CA2823F",
    "Y0dK37m+e0HC1tvinw35tE73OODz/EEG4ZdGjnaldtzElD1acWiKyXUWtdTefc8YUsl/EcP2N4/LYYJIzFp2QyjksfGJILky8khaxAeqUFpa9PXutOAp9lvF6DQsTdXRQc8Bss3//F+Q9gGD0rpWqwuZY3sRPqcE7Nkd3IYl01Y=",
  ],
  [
    "DES-EDE-CBC",
    "27C6CCA4F9D44BF2",
    "BPDd/q46QzYnm5tuE2pYmr8LYPFyzo3VUvfQN6VHv6LbgUmzKQP1UMuw20HJcNkDzTUAqKB5VJRIbjXlD4aJzdRlioPsZzaSoAN0ew5GuG0UV7umn2jFP+Mx+e1PLskedjlxF8YQf9c3nsSrrHx7MQ07XkRGQEEOLKBWXSQ21H4=",
  ],
  [
    "DES-EDE3-CBC",
    "2F68BD0775AF2AE2",
    "jghp4cEC/EaL3Zpt/p4TYEoh5AaQDnR5Jzb0wP2PKwAl0r1uB8SXfjzIrVjw3sOSh3n+vtUFiVr9iD5TafCjDFq81uQhNM9brucbLsqXNa5Nc6JLZfIvvJnzRDovp2ppr+JlYZlhIyzzSEgKALHlIIgxLCDjamARzq7b6Hrk20E=",
  ],
  [
    "RC2-40-CBC",
    "BAB29C15A23FFF1C",
    "N8vOyLcs+el2U3DBF0E+9RFBFffkhu9ze2jjoyEcpRs1wrV3pjI1D5//fz+ANM6dGxYkpMlJmY1k5yA5h8C8pLj4Xo5JDTRYA7nFrnQUQPUG4TDA3WE6MA0352tMe8dVeyofGHosz6EysgjwYA8oKcdiZFe1pwj5RfXbQSSG518=",
  ],
  [
    "RC2-64-CBC",
    "F1F6860E9A327F43",
    "TuA6S0hgxpaQmIyBa5VBmk6X4cwzSWMxdTj7ofgY3e/erXu7CJJmnftSzN1Paz+TDv1rKryqTfo8q/kLffiF6oc+EoiZvFJLDFhFj9wEaQ7Ci63sBUiGwCjcp9y+ojP0jNlpz06vdIjHGv7k1lUiX0rzJf3Y50+VozgmNigFaCQ=",
  ],
  [
    "RC2-CBC",
    "2108BA17C4677125",
    "rL1tjwsECoHeNEnyjPPhhmlrnZl+0C9Nphp5hf8IxEv5/xRgB7iXVVTFlwceIRRYX701WaImGZc6TgPyJbv3XgUilb5sJrYTk0P/CRMCm7Myo334m0X/MCC9YhY7kNHPTXUmlQC9+9MXEJZVfQf2aJDAPt74a+Oqx8bmmZjC3SI=",
  ],
];
const open = (cipher: string, iv: string, base64: string, secret: Buffer | undefined) =>
  openTraditional(Buffer.from(base64, "base64"), { cipher, iv: Buffer.from(iv, "hex") }, secret, "the key");
const [[cipher, iv, base64] = ["", "", ""]] = keys;

describe("openTraditional", () => {
  it.each(keys)("opens a key under %s", (cipher, iv, base64) => {
    expect(open(cipher, iv, base64, password).toString("base64")).toBe(plain);
  });

  it.each([
    ["another password", cipher, Buffer.from("other"), "WrongPassword"],
    ["no password", cipher, undefined, "PasswordRequired"],
    ["a cipher that is not read", "SEED-CBC", password, "UnsupportedAlgorithm"],
  ])("refuses %s", (_what, name, secret, code) => {
    expect(() => open(name, iv, base64, secret)).toThrow(expect.objectContaining({ code }));
  });
});
