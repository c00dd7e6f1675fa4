import { CertificateImports, StoreDeployments } from "../../../src/controllers/resources.ts";
import { eventually } from "../../../test/control-plane/index.ts";
import { exampleHost, exampleLogin, startExample } from "../../../test/servers/keyfactor/example.ts";
import type { CommandServer } from "../../../test/servers/keyfactor/server.ts";
import { Issuer } from "../certificate.ts";
import { applySample, applySamples, ready } from "../samples.ts";
import { heading, print, step } from "../screen.ts";
import type { Stage, Story } from "../stage.ts";
import { contents } from "./contents.ts";

const deliveredMs = 120_000;
const object = { namespace: "shop", name: "web" };

/** From one Secret into Keyfactor Command, and by its orchestrators into three stores: `deploy/samples/keyfactor-command`. */
export async function keyfactorStory(): Promise<Story> {
  const server = await startExample();
  return {
    title: "Certferry: from one Secret, through Keyfactor Command, to where it is needed",
    flags: [`--resolve=${exampleHost}=${new URL(server.url).host}`],
    goOn: "kubectl get cfdeploy web -n shop -o yaml",
    show: (stage) => show(stage, server),
    close: () => server.close(),
  };
}

async function show(stage: Stage, server: CommandServer): Promise<void> {
  const { plane } = stage;
  const issuer = await Issuer.create();
  await applySample(plane, "1-namespaces.yaml");
  const first = await step("a certificate for shop.example.com, into Secret shop/web-tls", () =>
    issuer.renew(plane, "shop", "web-tls"),
  );
  await step("how to reach Command, and who we are there", () => introduce(stage, server));
  await step("who gets it (kubectl apply --server-side -f deploy/samples/keyfactor-command)", () =>
    applySamples(plane, "keyfactor-command"),
  );
  heading("What the targets say, as Command's orchestrators pick up their jobs");
  await followed(stage, first);
  await ready(plane);

  heading("kubectl get certferry -A");
  print((await plane.kubectl(["get", "certferry", "-A"])).stdout.trimEnd());
  heading(`What lies in the stores (the source has serial ${first})`);
  print(contents(server));

  print();
  const second = await step("renewal of shop/web-tls", () => issuer.renew(plane, "shop", "web-tls"));
  heading("Every store follows");
  await followed(stage, second);
  await ready(plane);
  heading(`What lies in the stores (the source has serial ${second})`);
  print(contents(server));
}

async function introduce({ plane }: Stage, { caPem }: CommandServer): Promise<void> {
  const { namespace } = object;
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { namespace, name: "command-login" },
    type: "kubernetes.io/basic-auth",
    stringData: exampleLogin,
  };
  const ca = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { namespace, name: "command-ca" },
    data: { "ca.crt": caPem },
  };
  const input = [secret, ca].map((resource) => JSON.stringify(resource)).join("\n---\n");
  await plane.kubectl(["apply", "--server-side", "-f", "-"], { input });
}

/** Prints what import and targets come to, until all hold the certificate with this serial number and nothing is left to remove. */
async function followed({ plane, operator }: Stage, serial: string): Promise<void> {
  const started = performance.now();
  const told = new Map<string, string>();
  const tell = (who: string, { phase, reason = phase, message = "" }: Told): void => {
    if (told.get(who) === `${phase} ${reason}`) return;
    told.set(who, `${phase} ${reason}`);
    const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(5);
    print(
      `${seconds} s  ${who.padEnd(9)} ${(reason === phase ? phase : `${phase}, ${reason}`).padEnd(28)} ${message}`.trimEnd(),
    );
  };
  const delivered = async (): Promise<boolean> => {
    if (!operator.running) throw new Error(`the operator has ended: ${await operator.ended}`);
    const options = { signal: AbortSignal.timeout(10_000) };
    const imported = (await plane.client.get(CertificateImports, object, options)).status;
    const deployed = (await plane.client.get(StoreDeployments, object, options)).status;
    if (imported?.certificate?.serialNumber.toLowerCase() !== serial || imported.delivery === undefined) return false;
    tell("import", imported.delivery);
    if (deployed?.certificate?.serialNumber.toLowerCase() !== serial) return false;
    const { targets = [], previous = [] } = deployed;
    for (const target of targets) tell(target.name, target);
    return targets.every(({ phase }) => phase === "Delivered") && previous.length === 0;
  };
  await eventually("the stores to hold it", delivered, { withinMs: deliveredMs, everyMs: 100 });
}

interface Told {
  readonly phase: string;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
}
