import type { Claims } from "../entra/index.ts";
import { Refusal } from "./http/refusal.ts";

/** Data actions of Azure's roles [D], by what is done; the reference quotes that of Import (D25). */
export const actions = {
  read: "Microsoft.KeyVault/vaults/certificates/read",
  import: "Microsoft.KeyVault/vaults/certificates/import/action",
  update: "Microsoft.KeyVault/vaults/certificates/update/action",
  delete: "Microsoft.KeyVault/vaults/certificates/delete",
  recover: "Microsoft.KeyVault/vaults/certificates/recover/action",
  purge: "Microsoft.KeyVault/vaults/certificates/purge/action",
  getSecret: "Microsoft.KeyVault/vaults/secrets/getSecret/action",
  listSecret: "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
  readKey: "Microsoft.KeyVault/vaults/keys/read",
} as const;
export type Action = keyof typeof actions;
export const allActions = Object.keys(actions) as Action[];

/** How a vault decides: by roles, or by access policies of its own. */
export type AccessModel = "Rbac" | "AccessPolicies";

/** Who may do what, by the client id in the token. */
export class Access {
  readonly model: AccessModel;
  /** Whether the vault's firewall lets the client through. */
  firewall: "Open" | "Closed" = "Open";
  readonly #granted = new Map<string, ReadonlySet<Action>>();

  constructor(model: AccessModel) {
    this.model = model;
  }

  /** From now on the client may do this and nothing else; who was never named may do all. */
  grant(clientId: string, granted: readonly Action[]): void {
    this.#granted.set(clientId.toLowerCase(), new Set(granted));
  }

  /** Status 403 (B.5). @param resource such as `certificates/web` */
  check(caller: Claims, action: Action, vaultName: string, resource: string): void {
    if (this.firewall === "Closed") throw firewalled(vaultName, caller);
    if (this.#granted.get(caller.appid.toLowerCase())?.has(action) ?? true) return;
    const lines =
      this.model === "Rbac"
        ? [
            "Caller is not authorized to perform action on resource.",
            "If role assignments, deny assignments or role definitions were changed recently, please observe propagation time.",
            `Caller: appid=${caller.appid};oid=${caller.oid};iss=${caller.iss}`,
            `Action: '${actions[action]}'`,
            `Resource: '/subscriptions/0/resourcegroups/rg/providers/microsoft.keyvault/vaults/${vaultName}/${resource}'`,
            "Assignment: (not found)",
            "DenyAssignmentId: null",
            "DecisionReason: 'NotAllowed'",
            `Vault: ${vaultName};location=westeurope`,
          ]
        : [
            `The user, group or application 'appid=${caller.appid};oid=${caller.oid};iss=${caller.iss}' does not have certificates ${action} permission on key vault '${vaultName};location=westeurope'.`,
          ];
    const inner = this.model === "Rbac" ? "ForbiddenByRbac" : "AccessDenied";
    throw new Refusal(403, "Forbidden", `${lines.join("\r\n")}\r\n`, { inner });
  }
}

/** Quoted by users [C]. */
function firewalled(vaultName: string, caller: Claims): Refusal {
  const lines = [
    "Client address is not authorized and caller is not a trusted service.",
    "Client address: 127.0.0.1",
    `Caller: appid=${caller.appid};oid=${caller.oid};iss=${caller.iss}`,
    `Vault: ${vaultName};location=westeurope`,
  ];
  return new Refusal(403, "Forbidden", lines.join("\r\n"), { inner: "ForbiddenByFirewall" });
}
