/** Whether an alias is the one asked for, as keystores match them: exactly where one of `entries` does, else without case. */
export function aliasMatcher(
  asked: string,
  entries: readonly { readonly alias?: string | undefined }[],
): (alias: string | undefined) => boolean {
  const exact = entries.some(({ alias }) => alias === asked);
  return (alias) => (exact ? alias === asked : alias?.toLowerCase() === asked.toLowerCase());
}
