/**
 * A certificate on its way, on a real API server: `npm run quickstart`, and `-- --once` to end by itself. Exit code 0 when
 * everything was delivered.
 */
import { readdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type ControlPlane, install, NoControlPlane, startControlPlane } from "../../test/control-plane/index.ts";
import { Issuer } from "./certificate.ts";
import { Operator } from "./operator.ts";
import { look, table } from "./places.ts";

const samples = fileURLToPath(new URL("../../deploy/samples/", import.meta.url));
const deliveredMs = 60_000;
const once = process.argv.includes("--once");
const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => stop.abort());

process.exitCode = await main();

async function main(): Promise<number> {
  const started = Date.now();
  let plane: ControlPlane | undefined;
  let operator: Operator | undefined;
  try {
    say("starting etcd and kube-apiserver ...");
    plane = await startControlPlane({ progress: say });
    say(
      `they are ready after ${seconds(started)}; installing namespaces, CRDs and rights (kubectl apply -k deploy) ...`,
    );
    await install(plane);
    say("starting the operator with the rights of its ServiceAccount ...");
    operator = await Operator.start(plane);
    return await show(plane, operator);
  } catch (error) {
    if (stop.signal.aborted) return 130;
    if (error instanceof NoControlPlane) {
      say(error.message);
      return 3;
    }
    say(error instanceof Error ? error.message : String(error));
    if (operator !== undefined) say(`the operator's last lines:\n${operator.log}`);
    return 1;
  } finally {
    say("stopping ...");
    await operator?.stop();
    await plane?.stop();
  }
}

async function show(plane: ControlPlane, operator: Operator): Promise<number> {
  const issuer = await Issuer.create();
  await plane.kubectl(["apply", "--server-side", "-f", `${samples}1-namespaces.yaml`]);
  const first = await issuer.renew(plane, "shop", "web-tls");
  say(`Secret shop/web-tls holds a new certificate, serial ${first}. Applying deploy/samples ...`);
  for (const file of (await readdir(samples)).toSorted()) {
    await plane.kubectl(["apply", "--server-side", "-f", samples + file]);
  }
  const delivered = await everywhere(plane, operator, first);
  await ready(plane);
  print((await plane.kubectl(["get", "certferry", "-A"])).stdout);
  print(`${table(delivered.found)}\n`);

  const second = await issuer.renew(plane, "shop", "web-tls");
  say(`shop/web-tls was renewed: serial ${second}. Every place follows:`);
  const followed = await everywhere(plane, operator, second);
  print(`${table(followed.found)}\n`);
  say(`every place held the new certificate ${followed.milliseconds} ms after the renewal.`);
  if (once || stop.signal.aborted) return 0;
  print(
    `\nGo on by hand, for instance with kubectl get cfdeploy -A -o wide:\n\n  export KUBECONFIG=${plane.kubeconfig}\n`,
  );
  say("Ctrl-C ends and removes everything.");
  await running(operator);
  return 0;
}

/** Waits until every place holds the certificate with this serial number. */
async function everywhere(
  plane: ControlPlane,
  operator: Operator,
  serial: string,
): Promise<{ found: Awaited<ReturnType<typeof look>>; milliseconds: number }> {
  const started = Date.now();
  for (;;) {
    stop.signal.throwIfAborted();
    const found = await look(plane);
    const all = found.every((place) => place.serial.toLowerCase() === serial.toLowerCase());
    if (all) return { found, milliseconds: Date.now() - started };
    if (!operator.running) throw new Error("the operator has ended");
    if (Date.now() - started > deliveredMs) {
      const { stdout } = await plane.kubectl(["get", "certferry", "-A", "-o", "wide"]);
      throw new Error(`not delivered everywhere within ${deliveredMs / 1000} s:\n${stdout}\n${table(found)}`);
    }
    await sleep(20);
  }
}

async function ready(plane: ControlPlane): Promise<void> {
  const kinds = ["certificatestore", "certificateimport", "storedeployment"].join(",");
  await plane.kubectl(["wait", kinds, "--all", "-A", "--for=condition=Ready", "--timeout=30s"]);
}

async function running(operator: Operator): Promise<void> {
  while (!stop.signal.aborted) {
    if (!operator.running) throw new Error("the operator has ended");
    await sleep(500, undefined, { signal: stop.signal }).catch(() => {});
  }
}

function say(line: string): void {
  process.stderr.write(`\u001b[2m==>\u001b[0m ${line}\n`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}
