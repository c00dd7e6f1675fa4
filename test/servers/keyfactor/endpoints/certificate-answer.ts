import type { Command } from "../command.ts";
import type { Certificate } from "../model/certificate.ts";

/** What a caller wants along: with a flag false the member is there and empty (A.10 [D]). */
export interface Included {
  readonly locations: boolean;
  readonly metadata: boolean;
}

/** A CertificateRetrievalResponse, as far as it is used (A.10 [O]). `CertState` has no published names here [U]. */
export function certificateAnswer(command: Command, certificate: Certificate, included: Included): object {
  const { id, facts, key, metadata, ownerRoleId, requestId, x509 } = certificate;
  const { IssuedDN, IssuedCN, IssuerDN, Thumbprint, SerialNumber, NotBefore, NotAfter, SigningAlgorithm } = facts;
  const role = command.settings.roles.find((known) => known.id === ownerRoleId);
  return {
    Id: id,
    Thumbprint,
    SerialNumber,
    IssuedDN,
    IssuedCN,
    NotBefore,
    NotAfter,
    IssuerDN,
    SigningAlgorithm,
    CertState: 1,
    CertRequestId: requestId ?? null,
    HasPrivateKey: key !== undefined,
    ContentBytes: x509.raw.toString("base64"),
    Metadata: included.metadata ? Object.fromEntries(metadata) : {},
    LocationsCount: [],
    SSLLocations: [],
    Locations: included.locations
      ? command.locationsOf(certificate).map(({ store, entry, chainLevel }) => ({
          StoreMachine: store.clientMachine,
          StorePath: store.path,
          StoreType: store.type.id,
          Alias: entry.alias,
          ChainLevel: chainLevel,
          CertStoreId: store.id,
        }))
      : [],
    ...(command.features.ownerEndpoint ? { OwnerRoleId: ownerRoleId ?? null, OwnerRoleName: role?.name ?? null } : {}),
  };
}
