/** How a store is told who asks. */
export interface Authorization {
  /** For messages, where the login comes from: `Secret command-login`. */
  readonly from: string;
  /** The value of the header `Authorization` for the next request. Throws what is thrown when no token can be had. */
  header(signal: AbortSignal): Promise<string>;
  /**
   * Told of a value that was answered with a 401: whether another one, from `header`, may be accepted. Asked once for each
   * request. Throws `CredentialsRefused` where it knows better why.
   * @param challenge the header `WWW-Authenticate` of the answer
   */
  rejected(header: string, challenge: string | undefined): Promise<"TryOnceMore" | "Refused">;
  /** Closes what it has open, with the connection that it is for. */
  close?(): Promise<void>;
}
