import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { issueTls } from "../http/tls.ts";

export interface KeycloakOptions {
  readonly realm: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly ttlSeconds: number;
}

const version = "26.0.0";
const plugin = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1";
const artifact = `org.keycloak:keycloak-quarkus-dist:${version}:zip`;
/** The first start builds it anew. */
const startMs = 600_000;

/**
 * Keycloak, which Keyfactor's own identity provider is, over TLS and with one client. Maven gets it once (147 MB), into
 * `$XDG_CACHE_HOME/certferry/`; it takes half a gigabyte of memory.
 */
export class Keycloak {
  readonly url: string;
  readonly caPem: string;
  readonly #process: ChildProcess;
  readonly #home: string;
  readonly #told: string[] = [];

  private constructor(process: ChildProcess, home: string, url: string, caPem: string) {
    this.#process = process;
    this.#home = home;
    this.url = url;
    this.caPem = caPem;
    process.stdout?.on("data", (chunk) => this.#told.push(String(chunk)));
    process.stderr?.on("data", (chunk) => this.#told.push(String(chunk)));
  }

  static async start(options: KeycloakOptions): Promise<Keycloak> {
    // It writes into its own folder.
    const home = await mkdtemp(join(tmpdir(), "keycloak-"));
    await cp(await installed(), home, { recursive: true });
    await mkdir(join(home, "data", "import"), { recursive: true });
    await writeFile(join(home, "data", "import", "realm.json"), JSON.stringify(realmOf(options)));
    const { caPem, cert, key } = await issueTls();
    await writeFile(join(home, "tls.crt"), cert);
    await writeFile(join(home, "tls.key"), key);
    const [httpPort, port] = [await freePort(), await freePort()];
    const args = [
      join(home, "bin", "kc.sh"),
      "start-dev",
      "--import-realm",
      "--db=dev-mem",
      "--http-host=127.0.0.1",
      `--http-port=${httpPort}`,
      `--https-port=${port}`,
      `--https-certificate-file=${join(home, "tls.crt")}`,
      `--https-certificate-key-file=${join(home, "tls.key")}`,
    ];
    const env = { ...process.env, JAVA_OPTS_KC_HEAP: "-Xms64m -Xmx512m" };
    // A group of its own: kc.sh starts Java, and both are to end.
    const child = spawn("bash", args, { env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    const keycloak = new Keycloak(child, home, `https://127.0.0.1:${port}`, caPem);
    try {
      await keycloak.#listening();
    } catch (error) {
      await keycloak.close();
      throw error;
    }
    return keycloak;
  }

  tokenUrl(realm: string): string {
    return `${this.url}/realms/${realm}/protocol/openid-connect/token`;
  }

  async close(): Promise<void> {
    const { pid, exitCode, signalCode } = this.#process;
    if (pid !== undefined && exitCode === null && signalCode === null) {
      const ended = once(this.#process, "exit");
      process.kill(-pid, "SIGKILL");
      await ended;
    }
    await rm(this.#home, { recursive: true, force: true });
  }

  async #listening(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const failed = (why: string): void => reject(new Error(`Keycloak ${why}:\n${this.#told.join("").slice(-4_000)}`));
    const timer = setTimeout(() => failed(`does not listen after ${startMs / 1000} s`), startMs);
    this.#process.once("exit", () => failed("has ended"));
    this.#process.stdout?.on("data", () => {
      if (this.#told.join("").includes("Listening on:")) resolve();
    });
    try {
      await promise;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The folder of the distribution, unpacked once. */
async function installed(): Promise<string> {
  const cache = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "certferry");
  const folder = join(cache, `keycloak-${version}`);
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, "keycloak-"));
  const args = ["-B", "-ntp", `${plugin}:unpack`, `-Dartifact=${artifact}`, `-DoutputDirectory=${work}`];
  await promisify(execFile)("mvn", args, { cwd: work });
  // Renamed at the end, so that it is whole.
  await rename(join(work, `keycloak-${version}`), folder);
  await rm(work, { recursive: true, force: true });
  return folder;
}

function realmOf({ realm, clientId, clientSecret, ttlSeconds }: KeycloakOptions): object {
  const client = { clientId, secret: clientSecret, publicClient: false, serviceAccountsEnabled: true };
  return {
    realm,
    enabled: true,
    accessTokenLifespan: ttlSeconds,
    clients: [{ ...client, standardFlowEnabled: false }],
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await server[Symbol.asyncDispose]();
  return port;
}
