import type { EntryParameter, Rule, StoreType } from "./store-type.ts";

/** The rules of the vendor's own store types in 25.x (A.7 [K]). The ids of custom types are each installation's: these are ours. */
export const storeTypes: readonly StoreType[] = [
  // Built in (A.15 [D]); its entries have passwords of their own (C.3 [S]), its other rules are ours [I].
  type(2, "PEM File", "PEM", "Optional", "Optional", { entryPassword: true }),
  type(102, "Azure Keyvault", "AKV", "Optional", "Optional", { taken: "Warning" }),
  type(103, "AWS Certificate Manager", "AWS-ACM", "Optional", "Required", {
    entryParameters: [{ name: "AWS Region", onAdd: true, onRemove: false }],
  }),
  type(104, "CitrixAdc", "CitrixAdc", "Required", "Required"),
  type(105, "F5 SSL Profiles REST", "F5-SL-REST", "Required", "Optional"),
  type(106, "GCP Certificate Manager", "GcpCertMgr", "Required", "Required"),
  type(107, "Hashicorp Vault Key-Value", "HCVKV", "Optional", "Optional"),
  type(108, "IIS Bound Certificate", "IISU", "Forbidden", "Required", {
    entryParameters: [
      { name: "SiteName", onAdd: true, onRemove: true },
      { name: "IPAddress", onAdd: true, onRemove: true },
    ],
  }),
  type(109, "K8STLSSecr", "K8STLSSecr", "Forbidden", "Optional", { holdsOne: true }),
  type(110, "RFJKS", "RFJKS", "Required", "Optional"),
  type(111, "RFPEM", "RFPEM", "Forbidden", "Optional", { holdsOne: true }),
  type(112, "Windows Certificate", "WinCert", "Forbidden", "Optional"),
];

interface Details {
  readonly entryParameters?: readonly EntryParameter[];
  readonly entryPassword?: boolean;
  readonly holdsOne?: boolean;
  readonly taken?: StoreType["taken"];
}

function type(
  id: number,
  name: string,
  shortName: string,
  alias: Rule,
  privateKey: Rule,
  details: Details = {},
): StoreType {
  const { entryParameters = [], entryPassword = false, holdsOne = false, taken = "Failure" } = details;
  return { id, name, shortName, alias, privateKey, entryParameters, entryPassword, holdsOne, taken };
}
