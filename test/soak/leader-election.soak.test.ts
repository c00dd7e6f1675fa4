import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type ControlPlane, install, startControlPlane } from "../control-plane/index.ts";
import { type Case, endCase, handOver, startCase } from "../integration/leader-case.ts";
import { leaderOf, type Replica } from "../integration/leader-replica.ts";

const rounds = 24;
const faults = ["SIGKILL", "SIGSTOP", "steal"] as const;

let plane: ControlPlane;
beforeAll(async () => {
  plane = await startControlPlane({ audit: "RequestResponse" });
  await install(plane);
});
afterAll(() => plane.stop());

it(`three replicas, whose leader is killed, stopped or robbed ${rounds} times, write nothing twice`, async () => {
  const running = await startCase(plane, "soak", 3);
  let all: readonly Replica[] = [running.leader, ...running.others];
  const took: Record<string, number[]> = {};
  for (let round = 0; round < rounds; round += 1) {
    const fault = faults[round % faults.length] ?? "SIGKILL";
    const leader = await leaderOf(plane, running.home.home, all);
    const heirs = all.filter((one) => one !== leader);
    await sleep(Math.random() * 1_000);
    const next = await handOver(running, heirs, () => befall(running, leader, fault));
    if (fault === "SIGSTOP") leader.kill("SIGCONT");
    expect(await leader.ended).toBe(fault === "SIGKILL" ? "SIGKILL" : "exit code 1");
    (took[fault] ??= []).push(next.ms);
    all = [...heirs, leader.again()];
  }
  const { twice, erased } = await endCase(running, { rounds, took });
  expect({ twice, erased }).toEqual({ twice: [], erased: [] });
});

async function befall({ home }: Case, leader: Replica, fault: (typeof faults)[number]): Promise<void> {
  if (fault !== "steal") return leader.kill(fault);
  const spec = JSON.stringify({ spec: { holderIdentity: "thief" } });
  await plane.kubectl(["patch", "lease", "certferry", "-n", home.home, "--type=merge", "-p", spec]);
}
