import { describe, expect, it } from "vitest";
import { fieldManagerOf, markName, marksOf, overlapping, writeMark } from "./mark.ts";

const mine = "7c9e/StoreDeployment/shop/web/ingress";

describe("a mark on a Secret", () => {
  it("is an annotation named after its digest, and the field manager is, too", () => {
    // printf %s 7c9e/StoreDeployment/shop/web/ingress | sha256sum
    expect(markName(mine)).toBe("owner.certferry.io/dd6a86d5c98b");
    expect(fieldManagerOf(mine)).toBe("certferry-dd6a86d5c98bf0892a4a672519adf291");
  });

  it("says who wrote which keys, and who made the Secret", () => {
    const text = `{"mark":"${mine}","keys":["tls.crt","tls.key"],"created":true}`;
    expect(writeMark({ mark: mine, keys: ["tls.key", "tls.crt"], created: true })).toBe(text);
    const annotations = { [markName(mine)]: text, "example.com/note": "x" };
    expect(marksOf({ name: "s", annotations })).toEqual([{ mark: mine, keys: ["tls.crt", "tls.key"], created: true }]);
  });

  it("says what it wrote as keystores", () => {
    const record = { sha256: "ab", profile: "JKS", aliases: ["web"] };
    const mark = { mark: mine, keys: ["a.jks"], created: false, keystores: { "a.jks": record } };
    const text = `{"mark":"${mine}","keys":["a.jks"],"created":false,"keystores":{"a.jks":{"sha256":"ab","profile":"JKS","aliases":["web"]}}}`;
    expect(writeMark(mark)).toBe(text);
    expect(marksOf({ name: "s", annotations: { [markName(mine)]: text } })).toEqual([mark]);
  });

  it.each([
    ["that is no JSON", "{"],
    ["that is no object", "null"],
    ["without keys", `{"mark":"${mine}","created":true}`],
    ["under the name of another", '{"mark":"7c9e/StoreDeployment/shop/api","keys":["tls.crt"],"created":true}'],
  ])("is none %s", (_, text) => {
    expect(marksOf({ name: "s", annotations: { [markName(mine)]: text } })).toEqual([]);
  });

  it("overlaps with what others hold of the same keys", () => {
    const ours = { mark: mine, keys: ["a.pem"], created: false };
    const same = { mark: "b", keys: ["a.pem", "c.pem"], created: false };
    const apart = { mark: "c", keys: ["d.pem"], created: false };
    expect(overlapping([ours, same, apart], { mark: mine, spots: ["a.pem"] })).toEqual([same]);
  });
});
