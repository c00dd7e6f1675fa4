import type { Grant, NamespaceSelector } from "../crds/index.ts";
import type { Reach } from "../stores/contract.ts";

type Labels = Readonly<Record<string, string>>;

/** Who wants to use a ClusterCertificateStore for what. */
export interface GrantUse {
  /** The user's namespace, and its labels. */
  readonly namespace: string;
  readonly labels: Labels;
  readonly reach: Reach;
}

/**
 * Whether one grant allows all of a use: the namespace, every place and all metadata. Pure.
 * @param fallback the places that a grant allows when it names none
 */
export function isGranted(grants: readonly Grant[], use: GrantUse, fallback: readonly string[]): boolean {
  const { namespace, labels, reach } = use;
  const allows = (globs: readonly string[], words: readonly string[]): boolean =>
    words.every((word) => globs.some((glob) => matches(glob.replaceAll("{namespace}", namespace), word)));
  return grants.some(
    (grant) =>
      includes(grant.namespaces, namespace, labels) &&
      reach.places.length > 0 &&
      allows(grant.places ?? fallback, reach.places) &&
      allows(grant.metadataKeys ?? [], reach.metadataKeys),
  );
}

/** Whether some grant is for this namespace, whatever its places. */
export function isGrantee(grants: readonly Grant[], { namespace, labels }: Omit<GrantUse, "reach">): boolean {
  return grants.some((grant) => includes(grant.namespaces, namespace, labels));
}

function includes({ names, selector, all }: Grant["namespaces"], namespace: string, labels: Labels): boolean {
  if (all === true) return true;
  return names?.includes(namespace) ?? (selector !== undefined && selects(selector, labels));
}

function selects({ matchLabels = {}, matchExpressions = [] }: NamespaceSelector, labels: Labels): boolean {
  const exact = Object.entries(matchLabels).map(([key, value]) => ({ key, operator: "In" as const, values: [value] }));
  const conditions = [...exact, ...matchExpressions];
  return conditions.length > 0 && conditions.every((condition) => holds(condition, labels));
}

function holds(
  { key, operator, values = [] }: NonNullable<NamespaceSelector["matchExpressions"]>[number],
  labels: Labels,
): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
  }
}

/** `*` is anything within a segment, `**` anything across segments; all else is itself. Linear in glob times word. */
function matches(glob: string, word: string): boolean {
  const tokens = glob.match(/\*\*|\*|[^*]/gs) ?? [];
  let reached = new Set([0]);
  for (const token of tokens) {
    reached = token.startsWith("*") ? stretched(reached, word, token === "**") : stepped(reached, word, token);
    if (reached.size === 0) return false;
  }
  return reached.has(word.length);
}

function stepped(reached: ReadonlySet<number>, word: string, token: string): Set<number> {
  return new Set([...reached].filter((at) => word.startsWith(token, at)).map((at) => at + token.length));
}

/** Every place that the ones reached lead to without leaving the segment, or at all. */
function stretched(reached: ReadonlySet<number>, word: string, across: boolean): Set<number> {
  const wider = new Set<number>();
  for (let at = 0, open = false; at <= word.length; at += 1) {
    open ||= reached.has(at);
    if (open) wider.add(at);
    if (!across && word[at] === "/") open = false;
  }
  return wider;
}
