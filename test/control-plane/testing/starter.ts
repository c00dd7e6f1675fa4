// Starts a control plane, tells of it in one line, and stays: for a test that kills it.
import { startControlPlane } from "../index.ts";

const plane = await startControlPlane();
process.stdout.write(`${JSON.stringify({ folder: plane.facts.folder, ...plane.pids })}\n`);
setInterval(() => {}, 60_000);
