/** What others have written: without control characters and line breaks, and cut. */
export function cleaned(text: string, most: number): string {
  const plain = text.replaceAll(/[\p{C}\p{Z}]+/gu, " ").trim();
  return plain.length <= most ? plain : `${plain.slice(0, most - 1)}…`;
}

/** Without what was sent in confidence: whoever refuses a password may repeat it. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.filter((secret) => secret !== "").reduce((rest, secret) => rest.replaceAll(secret, "***"), text);
}
