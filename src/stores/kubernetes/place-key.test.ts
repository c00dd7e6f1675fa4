import { describe, expect, it } from "vitest";
import type { KubernetesTarget } from "../../crds/index.ts";
import { placeKey, readPlaceKey } from "./place-key.ts";
import { targetOf } from "./target.ts";

const tls: KubernetesTarget = { name: "web", outputs: [{ format: "TLS" }] };

function withKeystore(name: string): KubernetesTarget {
  const passwordSecretRef = { name, key: "password" };
  return { name: "web", outputs: [{ format: "JKS", key: "k", truststoreKey: "t", passwordSecretRef }] };
}

describe("the key of a place", () => {
  it("is where the Secret is, in which cluster", () => {
    expect(placeKey("u1", "shop", targetOf(tls))).toBe('{"cluster":"u1","namespace":"shop","name":"web"}');
    expect(readPlaceKey('{"cluster":"u1","namespace":"shop","name":"web"}')).toEqual({
      cluster: "u1",
      namespace: "shop",
      name: "web",
    });
  });

  it("says when it is a ConfigMap's", () => {
    const key = '{"cluster":"u1","kind":"ConfigMap","namespace":"shop","name":"web"}';
    expect(placeKey("u1", "shop", targetOf({ configMap: { name: "web", key: "web.pem" } }))).toBe(key);
    expect(readPlaceKey(key)).toEqual({ cluster: "u1", kind: "ConfigMap", namespace: "shop", name: "web" });
    expect(placeKey("u1", "shop", targetOf({ secret: { name: "web", key: "web.pem" } }))).toBe(
      '{"cluster":"u1","namespace":"shop","name":"web"}',
    );
  });

  it("says how its keystores are opened, by reference", () => {
    expect(readPlaceKey(placeKey("u1", "shop", targetOf(withKeystore("java"))))).toEqual({
      cluster: "u1",
      namespace: "shop",
      name: "web",
      keystores: [{ keys: ["k", "t"], format: "JKS", password: { name: "java", key: "password" } }],
    });
  });

  it("leaves that out where a record has no room for it", () => {
    const outputs = Array.from({ length: 8 }, () => withKeystore("x".repeat(253)).outputs).flat();
    expect(placeKey("u1", "shop", targetOf({ name: "web", outputs }))).toBe(
      '{"cluster":"u1","namespace":"shop","name":"web"}',
    );
  });

  it.each(["", "{}", "null", '{"namespace":"shop","name":"web"}', '{"cluster":"u1","namespace":"shop","name":1}'])(
    "is refused where it reads %s",
    (text) => {
      expect(() => readPlaceKey(text)).toThrow(expect.objectContaining({ reason: "PlaceUnknown" }));
    },
  );
});
