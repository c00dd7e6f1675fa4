import { defineConfig } from "vitest/config";
import { vectorsFolder } from "./test/vectors/folder.ts";

// `.ci/run` counts from this file.
const results = process.env["CERTFERRY_TEST_RESULTS"];

const vectors = vectorsFolder();
if (vectors === undefined)
  process.stdout.write("No vectors here: CERTFERRY_VECTORS names the folder of their manifest.json.\n");

export default defineConfig({
  test: {
    reporters: results === undefined ? ["default"] : ["default", ["json", { outputFile: results }]],
    projects: [
      {
        test: {
          name: "unit",
          include: ["src/**/*.test.ts", "test/unit/**/*.test.ts"],
          restoreMocks: true,
        },
      },
      {
        // Files that others made, with what each must give. They lie outside the repository.
        test: {
          name: "vectors",
          include: vectors === undefined ? [] : ["test/vectors/**/*.test.ts"],
          // Some files have been written with very many iterations.
          testTimeout: 60_000,
        },
      },
      {
        // Other programs that read what we write, and the other way round.
        test: {
          name: "interop",
          include: ["test/interop/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 300_000,
        },
      },
      {
        // The contract servers themselves: nothing but this process is needed.
        test: { name: "servers", include: ["test/servers/**/*.test.ts"], testTimeout: 60_000 },
      },
      {
        test: {
          name: "integration",
          // After the unit tests. One more than there are cores, since much of their time is waiting: for leases, for deadlines.
          sequence: { groupOrder: 1 },
          maxWorkers: 3,
          include: ["test/{integration,control-plane,fault-proxy,conformance}/**/*.test.ts"],
          globalSetup: ["test/control-plane/global-setup.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        // Reads what the integration tests left: one test over all that the operator told in them.
        test: { name: "leaks", sequence: { groupOrder: 2 }, include: ["test/leaks/**/*.test.ts"] },
      },
      {
        // The same for every state that an object of ours had: what it means to tools that wait.
        test: { name: "kstatus", sequence: { groupOrder: 2 }, include: ["test/kstatus/**/*.test.ts"] },
      },
      {
        // A reader who does what the pages say, on a control plane with an operator of its own.
        test: {
          name: "docs",
          sequence: { groupOrder: 3 },
          include: ["test/docs/**/*.test.ts"],
          hookTimeout: 60_000,
        },
      },
      {
        // Not part of `npm test`: what runs for minutes, one file at a time, and prints its figures (npm run test:soak).
        test: {
          name: "soak",
          sequence: { groupOrder: 4 },
          fileParallelism: false,
          include: ["test/soak/**/*.soak.test.ts"],
          globalSetup: ["test/control-plane/global-setup.ts"],
          testTimeout: 3_600_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
