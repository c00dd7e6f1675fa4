/** The codes that are known (A.4 [C], [K]); `Placeholder` stands for all others, whose values are not published (F.2 [U]). */
export const errorCodes = {
  NoCertificateFormat: "0xA0110007",
  InvalidSortField: "0xA011004A",
  NoPermission: "0xA0140002",
  Placeholder: "0xA0110000",
} as const;

/** Command says no, in its JSON shape (A.4 [C][K]). The texts are ours wherever none is quoted in the reference [U]. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly code: string;
  /** Why each part of a call on several stores failed (A.4 [K]). */
  readonly failedOperations: readonly string[];

  constructor(
    status: number,
    message: string,
    details: { readonly code?: string; readonly failedOperations?: readonly string[] } = {},
  ) {
    super(message);
    this.status = status;
    this.code = details.code ?? errorCodes.Placeholder;
    this.failedOperations = details.failedOperations ?? [];
  }

  get body(): object {
    const failed = this.failedOperations.map((reason) => ({ Reason: reason }));
    return {
      ErrorCode: this.code,
      Message: this.message,
      ...(failed.length === 0 ? {} : { FailedOperations: failed }),
    };
  }
}

/** The text is quoted from the live service (A.4 [C]). */
export const noCertificateFormat = (): Refusal =>
  new Refusal(400, "You must supply a certificate format in the 'X-CertificateFormat' header of the request.", {
    code: errorCodes.NoCertificateFormat,
  });
export const badRequest = (message: string): Refusal => new Refusal(400, message);
export const notFound = (what: string): Refusal => new Refusal(404, `${what} was not found.`);
