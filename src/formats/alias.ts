/** Whether an alias is the one asked for, as keystores match them: exactly where one of `all` does, else without case. */
export function aliasMatcher(
  asked: string,
  all: readonly (string | undefined)[],
): (alias: string | undefined) => boolean {
  if (all.includes(asked)) return (alias) => alias === asked;
  const folded = asked.toLowerCase();
  return (alias) => alias?.toLowerCase() === folded;
}

/** The same for any of several. */
export function anyAliasMatcher(
  asked: readonly string[],
  all: readonly (string | undefined)[],
): (alias: string | undefined) => boolean {
  const matchers = asked.map((alias) => aliasMatcher(alias, all));
  return (alias) => matchers.some((matches) => matches(alias));
}
