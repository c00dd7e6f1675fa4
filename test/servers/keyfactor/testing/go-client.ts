import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type GoProgram, goProgram } from "../../../go-program.ts";
import { run, versionOf } from "../../../interop/tool.ts";
import type { ServerOptions } from "../server.ts";
import { identityFor, Scene } from "./scene.ts";

export const noGo = (await versionOf("go", ["version"], /go(\d+\.\d+)/)) === undefined;

/** A server with one certificate and its chain, and what a call of the program gives, by the call's name and argument. */
export function startWith(program: GoProgram) {
  return async (options: ServerOptions = {}) => {
    const scene = await Scene.start(options);
    const identity = await identityFor("leaf.example.test");
    for (const { pem } of [identity.root, identity.intermediate]) scene.server.command.addCertificate(pem);
    const id = await scene.imported(identity);
    const folder = await mkdtemp(join(tmpdir(), "certferry-command-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const ca = join(folder, "ca.pem");
    await writeFile(ca, scene.server.caPem);
    const { host } = new URL(scene.server.url);
    const call = async (name: string, argument: unknown = {}, password = "Passw0rd-of-Command!"): Promise<unknown> => {
      const args = [host, ca, "CORP\\certferry", password, name, JSON.stringify(argument)];
      return JSON.parse(await run(await goProgram(program), args));
    };
    return { scene, identity, id, call };
  };
}
