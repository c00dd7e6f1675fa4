import { randomUUID } from "node:crypto";
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the integration tests leave what the operator told, and what it must never tell. Not committed. */
const folder = fileURLToPath(new URL("../../.vitest/leaks/", import.meta.url));
const secretsFile = join(folder, "secrets.jsonl");

/** Begins a run: nothing of earlier ones counts. */
export function clearMaterial(): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
}

/** A private key, password or token of a fixture. */
export function rememberSecret(text: string): void {
  appendFileSync(secretsFile, `${JSON.stringify(text)}\n`, { mode: 0o600 });
}

/** What the operator told: its log, the events, the status of its resources, its metrics. One that was ended before its first word told nothing. */
export function keepTold(what: string, text: string): void {
  if (text === "") return;
  writeFileSync(join(folder, `${what}-${randomUUID()}.told`), text, { mode: 0o600 });
}

export function secrets(): string[] {
  const lines = readFileSync(secretsFile, "utf8").split("\n").filter(Boolean);
  return [...new Set(lines.map((line) => String(JSON.parse(line))))];
}

export function told(): { what: string; text: string }[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(".told"));
  return names.map((name) => ({ what: name, text: readFileSync(join(folder, name), "utf8") }));
}
