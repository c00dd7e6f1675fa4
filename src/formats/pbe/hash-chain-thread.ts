/** The thread that `hash-chains.ts` starts: chains in, digests out. */
import { parentPort } from "node:worker_threads";
import { type HashChain, runHashChain } from "./hash-chain.ts";

parentPort?.on("message", (chain: HashChain) => {
  const [start, suffix] = [Buffer.from(chain.start), chain.suffix && Buffer.from(chain.suffix)];
  parentPort?.postMessage(runHashChain({ ...chain, start, suffix }), []);
  start.fill(0);
  suffix?.fill(0);
});
