import { exampleHost, exampleLogin, startExample } from "../servers/keyfactor/example.ts";

/** The services of vendors that the pages speak of, as servers on this machine. */
export interface Vendors {
  /** What tells an operator where they are. */
  readonly flags: readonly string[];
  /** What readers of a page have got from those who run the service, by the page's path and the file's name. */
  readonly files: Readonly<Record<string, Readonly<Record<string, string>>>>;
  close(): Promise<void>;
}

export async function startVendors(): Promise<Vendors> {
  const command = await startExample();
  const commandFiles = { "ca.crt": command.caPem, password: exampleLogin.password };
  return {
    flags: [`--resolve=${exampleHost}=${new URL(command.url).host}`],
    files: { "docs/stores/keyfactor-command.md": commandFiles, "docs/guides/downloads.md": commandFiles },
    close: () => command.close(),
  };
}
