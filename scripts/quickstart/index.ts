/**
 * A certificate on its way, on a real API server: `npm run quickstart`. `-- --store keyfactor` shows another kind of store,
 * `-- --once` ends by itself. Exit code 0 when everything was delivered, 1 when not, 2 for an option that there is not, 3 when no
 * control plane can be had here, 130 when it was interrupted before.
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Lease } from "../../src/kube/index.ts";
import {
  type ControlPlane,
  eventually,
  install,
  NoControlPlane,
  startControlPlane,
  type SupervisedProcess,
} from "../../test/control-plane/index.ts";
import { keyfactorStory } from "./keyfactor/story.ts";
import { kubernetesStory } from "./kubernetes/story.ts";
import { heading, note, print, step } from "./screen.ts";
import type { Story } from "./stage.ts";

const stories = new Map<string, () => Story | Promise<Story>>([
  ["kubernetes", kubernetesStory],
  ["keyfactor", keyfactorStory],
]);

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const { once, tell } = chosen();
const drainMs = 10_000;

const interrupt = new AbortController();
const interrupted = new Promise<"interrupted">((resolve) =>
  interrupt.signal.addEventListener("abort", () => resolve("interrupted")),
);
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => interrupt.abort());

let story: Story | undefined;
let starting: Promise<ControlPlane> | undefined;
let operator: SupervisedProcess | undefined;
let delivered = false;
let code: number;
try {
  await Promise.race([run(), interrupted]);
  code = delivered ? 0 : 130;
} catch (error) {
  code = await explain(error);
}
await stop();
// Not by itself: where it was interrupted, something may still be waited for.
process.exit(code);

function chosen(): { readonly once: boolean; readonly tell: () => Story | Promise<Story> } {
  try {
    const options = {
      once: { type: "boolean", default: false },
      store: { type: "string", default: "kubernetes" },
    } as const;
    const { once, store } = parseArgs({ options }).values;
    const tell = stories.get(store);
    if (tell === undefined) throw new Error(`--store is one of ${[...stories.keys()].join(", ")}`);
    return { once, tell };
  } catch (error) {
    print(error instanceof Error ? error.message : String(error));
    process.exit(2);
  }
}

async function run(): Promise<void> {
  const told = await tell();
  story = told;
  heading(told.title);
  const starts = startControlPlane({ progress: note, signal: interrupt.signal });
  starting = starts;
  const plane = await step("etcd and kube-apiserver", () => starts);
  await step("namespace, CRDs and rights (kubectl apply --server-side -k deploy)", () => install(plane));
  const serving = await step("the operator, as ServiceAccount certferry-system/certferry", () =>
    startOperator(plane, told.flags),
  );
  await told.show({ plane, operator: serving });
  delivered = true;
  if (once) return;
  heading("Go on by hand, in another terminal");
  print(`  export KUBECONFIG=${plane.kubeconfig}`);
  print(`  ${told.goOn}`);
  print(`  tail -f ${serving.logFile}`);
  print("\nCtrl-C ends and removes everything.");
  const ended = await Promise.race([serving.ended, interrupted]);
  if (!interrupt.signal.aborted) throw new Error(`the operator has ended: ${ended}`);
}

/** A process of its own, with the rights that `deploy/` gives it and no others. Resolves when it leads. */
async function startOperator(on: ControlPlane, more: readonly string[]): Promise<SupervisedProcess> {
  const namespace = "certferry-system";
  const kubeconfig = `--kubeconfig=${await on.kubeconfigFor(namespace, "certferry")}`;
  const listening = ["--metrics-bind-address=0", "--health-probe-bind-address=0"];
  // Stores, also those that a reader adds, lead to this machine.
  const flags = [`--namespace=${namespace}`, "--deny-egress=", ...listening, ...more];
  const started = on.startProcess("operator", process.execPath, [main, kubeconfig, ...flags]);
  operator = started;
  const lease = { namespace, name: "certferry" };
  await eventually("the operator to lead", async () => {
    if (!started.running) return true;
    const { spec } = await on.client.get(Lease, lease, { signal: AbortSignal.timeout(5_000) });
    return spec?.holderIdentity !== undefined;
  });
  if (!started.running) throw new Error(`the operator has ended: ${await started.ended}`);
  return started;
}

async function explain(error: unknown): Promise<number> {
  if (interrupt.signal.aborted) return 130;
  print(`\n${error instanceof Error ? error.message : String(error)}`);
  if (error instanceof NoControlPlane) return 3;
  const lines = (await operator?.lastLines(10)) ?? "";
  if (lines !== "") print(`\nThe operator's last lines:\n${lines}`);
  return 1;
}

/** The operator gives up its lease; then everything goes. */
async function stop(): Promise<void> {
  if (operator?.running) {
    const timer = setTimeout(() => void operator?.stop("SIGKILL"), drainMs);
    await operator.stop("SIGTERM");
    clearTimeout(timer);
  }
  const plane = await starting?.catch(() => undefined);
  await plane?.stop();
  await story?.close();
}
