import { reasons } from "../../src/crds/reasons.ts";
import { table } from "./table.ts";

const made = "Made from `src/crds/reasons.ts` by `npm run generate`.";

/** What each area of `reasons` is about. */
const areas: Readonly<Record<Exclude<keyof typeof reasons, "events">, string>> = {
  source: "The source: in `SourceValid`, and in deliveries that wait for it",
  store: "The store: in its conditions, and in deliveries into it",
  place: "The place, and what lies there",
  delivery: "Where a delivery stands",
  plan: "Why something would be written: in `plan.reason`",
  conditions: "Conditions of the whole resource",
};

/** `docs/reference/reasons.md`: what a reason in a condition or a delivery means. */
export function reasonReference(): string {
  const sections = Object.entries(areas).map(([area, title]) => {
    const rows = Object.entries(reasons[area as keyof typeof areas]).map(([name, meaning]) => [`\`${name}\``, meaning]);
    return `## ${title}\n\n${table(["reason", "meaning"], rows)}`;
  });
  const intro = "The message beside a reason says what to do in the case at hand. A reason keeps its meaning.";
  return `# Reasons\n\n${made} ${intro}\n\n${sections.join("\n")}`;
}

/** `docs/reference/events.md`: what the operator tells as events. */
export function eventReference(): string {
  const rows = Object.entries(reasons.events).map(([name, meaning]) => [`\`${name}\``, meaning]);
  return `# Events

${made}

Events are \`events.k8s.io/v1\`, regard the resource, and tell changes, never retries; what is told again within six minutes is
one event with a series. \`kubectl describe\` and \`kubectl events\` show them. The same changes stand in \`status.history\`.

${table(["reason", "meaning"], rows)}
A delivery that holds what it should is told as \`Delivered\`. When one fails, is blocked or has drifted, a Warning tells it under
the delivery's own reason: see
[reasons.md](reasons.md).
`;
}
