import { X509Certificate } from "node:crypto";
import { CertificateImports, StoreDeployments } from "../../../src/controllers/resources.ts";
import type { KubernetesTarget } from "../../../src/crds/index.ts";
import { isKubeError, Secret } from "../../../src/kube/index.ts";
import type { ClusterAccess } from "../../../test/control-plane/index.ts";

/** One key of a Secret into which a resource wants a certificate. */
export interface Place {
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly key: string;
}

/** What really lies there; empty where there is no certificate. */
export interface Found extends Place {
  readonly serial: string;
  readonly expires: string;
}

/** Every place that the resources in the cluster name. */
export async function wantedPlaces({ client }: ClusterAccess): Promise<Place[]> {
  const options = { signal: AbortSignal.timeout(10_000) };
  const deployments = await client.list(StoreDeployments, options);
  const imports = await client.list(CertificateImports, options);
  return [
    ...deployments.items.flatMap(({ metadata, spec }) =>
      spec.targets.flatMap(({ name, kubernetes }) =>
        placesOf(`cfdeploy/${metadata.name} ${name}`, metadata, kubernetes),
      ),
    ),
    ...imports.items.flatMap(({ metadata, spec }) => placesOf(`cfimport/${metadata.name}`, metadata, spec.kubernetes)),
  ];
}

function placesOf(resource: string, metadata: { namespace?: string }, target: KubernetesTarget | undefined): Place[] {
  if (target === undefined) return [];
  const namespace = target.namespace ?? metadata.namespace ?? "";
  return target.outputs
    .filter(({ content }) => content !== "Key")
    .map(({ format, key }) => ({
      resource,
      namespace,
      name: target.name,
      key: format === "TLS" ? "tls.crt" : (key ?? ""),
    }));
}

/** Reads every place from the API server. */
export async function look(plane: ClusterAccess, places: readonly Place[]): Promise<Found[]> {
  return Promise.all(
    places.map(async (place) => {
      const certificate = await read(plane, place);
      const expires = certificate?.validToDate.toISOString().slice(0, 10) ?? "";
      return { ...place, serial: certificate?.serialNumber.toLowerCase() ?? "", expires };
    }),
  );
}

async function read({ client }: ClusterAccess, { namespace, name, key }: Place): Promise<X509Certificate | undefined> {
  try {
    const { data } = await client.get(Secret, { namespace, name }, { signal: AbortSignal.timeout(10_000) });
    const pem = Buffer.from(data?.[key] ?? "", "base64").toString();
    const [certificate] = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(pem) ?? [];
    return certificate === undefined ? undefined : new X509Certificate(certificate);
  } catch (error) {
    if (isKubeError(error, "NotFound")) return undefined;
    throw error;
  }
}
