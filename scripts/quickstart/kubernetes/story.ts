import { eventually } from "../../../test/control-plane/index.ts";
import { Issuer } from "../certificate.ts";
import { applySample, applySamples, ready } from "../samples.ts";
import { heading, print, step, table } from "../screen.ts";
import type { Stage, Story } from "../stage.ts";
import { type Found, look, type Place, wantedPlaces } from "./places.ts";

const deliveredMs = 60_000;

/** From one Secret into others: `deploy/samples`. */
export function kubernetesStory(): Story {
  return {
    title: "Certferry: from one Secret to where it is needed",
    flags: [],
    goOn: "kubectl get cfdeploy web -n shop -o yaml",
    show,
    close: () => Promise.resolve(),
  };
}

async function show(stage: Stage): Promise<void> {
  const { plane } = stage;
  const issuer = await Issuer.create();
  await applySample(plane, "1-namespaces.yaml");
  const first = await step("a certificate for shop.example.com, into Secret shop/web-tls", () =>
    issuer.renew(plane, "shop", "web-tls"),
  );
  const places = await step("who gets it (kubectl apply --server-side -f deploy/samples)", async () => {
    await applySamples(plane);
    return wantedPlaces(plane);
  });
  const found = await step(`delivery to ${places.length} places`, () => everywhere(stage, places, first));
  // The status comes a moment after the delivery.
  await ready(plane);

  heading("kubectl get certferry -A");
  print((await plane.kubectl(["get", "certferry", "-A"])).stdout.trimEnd());
  heading(`What lies in the places (the source has serial ${first})`);
  print(contents(found));

  print();
  const second = await step("renewal of shop/web-tls", () => issuer.renew(plane, "shop", "web-tls"));
  const renewed = performance.now();
  const followed = await step("every place follows", () => everywhere(stage, places, second));
  const milliseconds = Math.round(performance.now() - renewed);
  heading(`${milliseconds} ms after the renewal (the source has serial ${second})`);
  print(contents(followed));
}

/** Waits until every place holds the certificate with this serial number. */
async function everywhere({ plane, operator }: Stage, places: readonly Place[], serial: string): Promise<Found[]> {
  let found: Found[] = [];
  const delivered = async (): Promise<"ended" | "delivered" | undefined> => {
    if (!operator.running) return "ended";
    found = await look(plane, places);
    return found.every((place) => place.serial === serial) ? "delivered" : undefined;
  };
  const outcome = await eventually("delivery", delivered, { withinMs: deliveredMs, everyMs: 20 }).catch(() => "late");
  if (outcome === "delivered") return found;
  if (outcome === "ended") throw new Error(`the operator has ended: ${await operator.ended}`);
  const { stdout } = await plane.kubectl(["get", "certferry", "-A", "-o", "wide"]);
  throw new Error(`not everywhere within ${deliveredMs / 1000} s\n\n${stdout}\n${contents(found)}`);
}

function contents(found: readonly Found[]): string {
  const rows = found.map(({ resource, namespace, name, key, serial, expires }) => [
    `${namespace}/${name}`,
    key,
    serial || "(none)",
    expires,
    resource,
  ]);
  return table([["SECRET", "KEY", "SERIAL", "EXPIRES", "BY"], ...rows]);
}
