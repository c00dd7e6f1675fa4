/** What others have written: without control characters and line breaks, and cut. */
export function cleaned(text: string, most: number): string {
  const plain = text.replaceAll(/[\p{C}\p{Z}]+/gu, " ").trim();
  return plain.length <= most ? plain : `${plain.slice(0, most - 1)}…`;
}
