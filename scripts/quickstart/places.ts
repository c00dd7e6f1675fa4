import { X509Certificate } from "node:crypto";
import { isKubeError, Secret } from "../../src/kube/index.ts";
import type { ClusterAccess } from "../../test/control-plane/index.ts";

/** The places that deploy/samples names: Secret and the key that holds the certificate. */
const places = [
  ["web", "web-tls", "tls.crt"],
  ["api", "server-tls", "server.crt"],
  ["api", "haproxy-tls", "haproxy.pem"],
  ["web", "web-public", "certificate.pem"],
] as const;

/** What really lies in one place. */
export interface Found {
  readonly place: string;
  readonly key: string;
  readonly serial: string;
  readonly expires: string;
}

/** Reads every place from the API server. */
export async function look(plane: ClusterAccess): Promise<Found[]> {
  return Promise.all(
    places.map(async ([namespace, name, key]) => {
      const certificate = await read(plane, namespace, name, key);
      const expires = certificate?.validToDate.toISOString().slice(0, 10) ?? "";
      return { place: `Secret ${namespace}/${name}`, key, serial: certificate?.serialNumber ?? "(not there)", expires };
    }),
  );
}

async function read(
  plane: ClusterAccess,
  namespace: string,
  name: string,
  key: string,
): Promise<X509Certificate | undefined> {
  try {
    const { data } = await plane.client.get(Secret, { namespace, name }, { signal: AbortSignal.timeout(10_000) });
    const pem = Buffer.from(data?.[key] ?? "", "base64").toString();
    const [certificate] = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(pem) ?? [];
    return certificate === undefined ? undefined : new X509Certificate(certificate);
  } catch (error) {
    if (isKubeError(error, "NotFound")) return undefined;
    throw error;
  }
}

export function table(rows: readonly Found[]): string {
  const lines = [
    ["PLACE", "KEY", "SERIAL", "EXPIRES"],
    ...rows.map((row) => [row.place, row.key, row.serial, row.expires]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map(
      (line) =>
        `  ${line
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join("  ")
          .trimEnd()}`,
    )
    .join("\n");
}
