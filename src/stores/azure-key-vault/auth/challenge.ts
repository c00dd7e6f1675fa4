/** What a vault says with a 401. */
export interface Challenge {
  /** The directory that the vault belongs to. */
  readonly tenantId?: string;
  /** What a new token must be asked for with: access was changed since the refused one was given (continuous access evaluation). */
  readonly claims?: string;
}

/** Reads the header `WWW-Authenticate` of a vault: `Bearer authorization="https://login.../<tenant>", resource="..."`. */
export function challengeOf(header: string | undefined): Challenge {
  const fields = new Map(
    [...(header ?? "").matchAll(/([a-z_]+)="([^"]*)"/gi)].map(([, name = "", value = ""]) => [name, value]),
  );
  const authority = fields.get("authorization") ?? fields.get("authorization_uri") ?? "";
  const tenantId = URL.canParse(authority) ? new URL(authority).pathname.split("/")[1] : undefined;
  const claims = fields.get("error") === "insufficient_claims" ? fields.get("claims") : undefined;
  return {
    ...(tenantId ? { tenantId } : {}),
    ...(claims === undefined ? {} : { claims: Buffer.from(claims, "base64").toString("utf8") }),
  };
}
