/** Who a kubeconfig's user is; PEM. */
export type KubeconfigUser = { token: string } | { certPem: string; keyPem: string };

/** A kubeconfig with one context, everything inline. JSON is YAML. */
export function kubeconfigText(server: string, caPem: string, user: KubeconfigUser): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster: { server, "certificate-authority-data": base64(caPem) } }],
    users: [{ name: "test", user: userOf(user) }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    "current-context": "test",
  });
}

function userOf(user: KubeconfigUser): object {
  if ("token" in user) return user;
  return { "client-certificate-data": base64(user.certPem), "client-key-data": base64(user.keyPem) };
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
