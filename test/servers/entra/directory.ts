import { generateKeyPairSync, type JsonWebKey, randomUUID } from "node:crypto";
import { isSignedBy, type Jws, parsedJws, signed } from "./jws.ts";

/** Whose tokens an application takes instead of a secret; matched with case (B.6 [C]). */
export interface Federation {
  readonly issuer: string;
  /** Of a ServiceAccount, `system:serviceaccount:<namespace>:<name>`. */
  readonly subject: string;
  /** `api://AzureADTokenExchange` when left out (B.6). */
  readonly audience?: string;
}

/** An application, or a managed identity. */
export interface Application {
  readonly clientId: string;
  readonly objectId?: string;
  readonly secrets?: readonly string[];
  /** PEM. */
  readonly certificates?: readonly string[];
  readonly federations?: readonly Federation[];
}

export interface DirectoryOptions {
  readonly tenantId?: string;
  readonly applications?: readonly Application[];
  /** Those that tokens can be had for. */
  readonly resources?: readonly string[];
  readonly tokenSeconds?: number;
  /** The public keys of an issuer that applications are federated with, as its JWKS has them. */
  readonly issuerKeys?: (issuer: string) => Promise<readonly JsonWebKey[]>;
  readonly clock?: () => number;
  /** Told of what nobody else may see: tokens that are given, secrets and assertions that come. */
  readonly onSecret?: (secret: string) => void;
}

/** What an access token says; v1 tokens are what vaults get [C]. */
export interface Claims {
  readonly aud: string;
  readonly iss: string;
  readonly tid: string;
  readonly appid: string;
  readonly oid: string;
  /** UNIX seconds. */
  readonly exp: number;
}

export const kid = "contract-server-1";

/** One tenant: its applications, and the key that its tokens are signed with. */
export class Directory {
  readonly tenantId: string;
  /** Secrets, certificates and federations may be exchanged while the server runs. */
  readonly applications: Application[];
  readonly resources: readonly string[];
  readonly tokenSeconds: number;
  readonly issuerKeys: (issuer: string) => Promise<readonly JsonWebKey[]>;
  readonly clock: () => number;
  readonly onSecret: (secret: string) => void;
  /** Tokens that were given, and clients that were refused. */
  issued = 0;
  refused = 0;
  readonly #keys = generateKeyPairSync("rsa", { modulusLength: 2048 });

  constructor(options: DirectoryOptions = {}) {
    this.tenantId = options.tenantId ?? "72f988bf-0000-4000-8000-2d7cd011db47";
    this.applications = [...(options.applications ?? [])];
    this.resources = options.resources ?? ["https://vault.azure.net"];
    this.tokenSeconds = options.tokenSeconds ?? 3_599;
    this.issuerKeys = options.issuerKeys ?? (() => Promise.resolve([]));
    this.clock = options.clock ?? Date.now;
    this.onSecret = options.onSecret ?? (() => undefined);
  }

  get issuer(): string {
    return `https://sts.windows.net/${this.tenantId}/`;
  }

  get jwks(): object {
    return { keys: [{ ...this.#keys.publicKey.export({ format: "jwk" }), kid, use: "sig" }] };
  }

  application(clientId: string): Application | undefined {
    return this.applications.find((application) => application.clientId.toLowerCase() === clientId.toLowerCase());
  }

  /** An access token for a resource; tests may ask for one whose claims are others. */
  issue({ clientId, objectId }: Application, resource: string, claims: Partial<Claims> = {}): string {
    const iat = Math.floor(this.clock() / 1_000);
    this.issued += 1;
    const token = signed(this.#keys.privateKey, kid, {
      aud: resource,
      iss: this.issuer,
      iat,
      nbf: iat,
      exp: iat + this.tokenSeconds,
      appid: clientId,
      oid: objectId ?? clientId,
      sub: objectId ?? clientId,
      tid: this.tenantId,
      uti: randomUUID(),
      ver: "1.0",
      ...claims,
    });
    this.onSecret(token);
    return token;
  }

  /** What a token of this directory says, or undefined where it is no such token; whether it is still good is another's to say. */
  read(token: string): Claims | undefined {
    const jws = parsedJws(token);
    return jws !== undefined && this.#isOurs(jws) ? (jws.claims as unknown as Claims) : undefined;
  }

  #isOurs(jws: Jws): boolean {
    return isSignedBy(jws, this.#keys.publicKey);
  }
}
