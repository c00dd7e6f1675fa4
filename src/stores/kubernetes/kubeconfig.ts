import { createPrivateKey, X509Certificate } from "node:crypto";
import { parse } from "yaml";
import * as z from "zod";
import type { ClusterConfig } from "../../kube/index.ts";
import { TerminalError } from "../errors.ts";

const base64 = z
  .string()
  .max(65_536)
  .regex(/^[A-Za-z0-9+/=\s]+$/);
const cluster = z.strictObject({
  server: z.url({ protocol: /^https$/ }),
  "certificate-authority-data": base64.optional(),
  "tls-server-name": z.string().max(253).optional(),
});
const user = z.strictObject({
  // It goes into a header as it is.
  token: z
    .string()
    .max(65_536)
    .regex(/^[!-~]+$/)
    .optional(),
  "client-certificate-data": base64.optional(),
  "client-key-data": base64.optional(),
});
const context = z.strictObject({
  cluster: z.string(),
  user: z.string(),
  namespace: z.string().optional(),
});
const schema = z.strictObject({
  apiVersion: z.literal("v1").optional(),
  kind: z.literal("Config").optional(),
  preferences: z.object({}).optional(),
  clusters: z.array(z.strictObject({ name: z.string(), cluster })),
  users: z.array(z.strictObject({ name: z.string(), user })),
  contexts: z.array(z.strictObject({ name: z.string(), context })),
  "current-context": z.string().optional(),
});

/**
 * A kubeconfig that somebody else wrote: one context, with everything inline. Programs to run, files to read, proxies,
 * impersonation and unverified TLS are refused. Throws `TerminalError` `InvalidKubeconfig`, which names fields, never values.
 */
export function clusterOf(text: string): ClusterConfig {
  const parsed = schema.safeParse(readYaml(text));
  if (!parsed.success) throw invalid(problem(parsed.error));
  const { clusters, users, contexts, "current-context": current } = parsed.data;
  const chosen = current === undefined || current === "" ? contexts : contexts.filter(({ name }) => name === current);
  const [only, ...more] = chosen;
  if (only === undefined || more.length > 0) throw invalid("current-context must name one context");
  const found = clusters.find(({ name }) => name === only.context.cluster)?.cluster;
  const who = users.find(({ name }) => name === only.context.user)?.user;
  if (found === undefined || who === undefined) throw invalid("the context names a cluster or user that is not there");
  const ca = found["certificate-authority-data"];
  const serverName = found["tls-server-name"];
  return {
    server: found.server.replace(/\/+$/, ""),
    ...(ca === undefined ? {} : { caPem: certificate(ca, "certificate-authority-data") }),
    ...(serverName === undefined ? {} : { serverName }),
    credentials: credentialsOf(who),
  };
}

function credentialsOf(who: z.infer<typeof user>): ClusterConfig["credentials"] {
  const { token, "client-certificate-data": certificateData, "client-key-data": keyData } = who;
  if (token !== undefined && certificateData === undefined && keyData === undefined) {
    return { token: () => Promise.resolve(token) };
  }
  if (token === undefined && certificateData !== undefined && keyData !== undefined) {
    const certPem = certificate(certificateData, "client-certificate-data");
    const keyPem = Buffer.from(keyData, "base64").toString("utf8");
    if (!fits(certPem, keyPem)) throw invalid("client-key-data is not the private key of client-certificate-data");
    return { clientCertificate: { certPem, keyPem } };
  }
  throw invalid("the user must have either token, or client-certificate-data with client-key-data");
}

function certificate(data: string, field: string): string {
  const pem = Buffer.from(data, "base64").toString("utf8");
  try {
    void new X509Certificate(pem);
    return pem;
  } catch {
    throw invalid(`${field} is not a PEM certificate in base64`);
  }
}

function fits(certPem: string, keyPem: string): boolean {
  try {
    return new X509Certificate(certPem).checkPrivateKey(createPrivateKey(keyPem));
  } catch {
    return false;
  }
}

function readYaml(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 10 });
  } catch {
    throw invalid("it is not YAML");
  }
}

/** Paths and rules only: zod's own messages can quote what it found. */
function problem({ issues }: z.ZodError): string {
  const [issue] = issues;
  const where = issue?.path.join(".") ?? "";
  if (issue?.code === "unrecognized_keys") {
    return `${where === "" ? "" : `${where}: `}${issue.keys.join(", ")} is not allowed here; only inline CA, token and client certificate are`;
  }
  if (issue?.code === "invalid_format" && where.endsWith("server")) return `${where} must be an https URL`;
  return `${where || "it"} is missing or not of the right form`;
}

function invalid(what: string): TerminalError {
  return new TerminalError("InvalidKubeconfig", `The kubeconfig cannot be used: ${what}.`);
}
