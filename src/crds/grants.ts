import * as z from "zod";
import { namespaceName } from "./fields.ts";
import { exactlyOne, rules } from "./rules.ts";

const requirement = z
  .object({
    key: z.string().min(1).max(317).describe("Label key."),
    operator: z.enum(["In", "NotIn", "Exists", "DoesNotExist"]).describe("How the label's value relates to values."),
    values: z.array(z.string().max(63)).max(64).optional().describe("With In and NotIn: the values."),
  })
  .meta(
    rules({
      rule: "self.operator in ['In', 'NotIn'] ? has(self.values) && size(self.values) > 0 : !has(self.values) || size(self.values) == 0",
      message: "operator In and NotIn need values, Exists and DoesNotExist take none",
    }),
  );

const selector = z
  .object({
    matchLabels: z
      .record(z.string(), z.string().max(63))
      .meta({ maxProperties: 32 })
      .optional()
      .describe("Exact labels."),
    matchExpressions: z.array(requirement).max(32).optional().describe("Conditions on labels; all must hold."),
  })
  .meta(
    rules({
      rule: "has(self.matchLabels) && size(self.matchLabels) > 0 || has(self.matchExpressions) && size(self.matchExpressions) > 0",
      message: "an empty selector would mean every namespace; say all: true for that",
    }),
  );
export type NamespaceSelector = z.infer<typeof selector>;

const namespaces = z
  .object({
    names: z.array(namespaceName).min(1).max(256).optional().describe("Namespaces by name."),
    selector: selector.optional().describe("Namespaces by their labels."),
    all: z
      .boolean()
      .meta(rules({ rule: "self", message: "all can only be true; leave it out otherwise" }))
      .optional()
      .describe("True: every namespace."),
  })
  .meta(rules(exactlyOne("names", "selector", "all")))
  .describe("Whose resources may use the store.");

/** A glob over an address or a key of metadata. */
const glob = z.string().min(1).max(512);

const grant = z.object({
  namespaces,
  places: z
    .array(glob)
    .max(64)
    .optional()
    .describe(
      "Which places: globs over their addresses in the store (`namespace/name` of a Secret, the path of a file), `*` within a segment, `**` across, `{namespace}` for the user's. Unset: `{namespace}/*` for kubernetes and filesystem, none for other providers.",
    ),
  metadataKeys: z
    .array(glob)
    .max(64)
    .optional()
    .describe("Labels and annotations that users may set there: globs over their keys. None when unset."),
});
export type Grant = z.infer<typeof grant>;

/** Who may use a ClusterCertificateStore for what. */
export const grants = z
  .array(grant)
  .max(64)
  .optional()
  .describe(
    "Who may use the store: one grant must allow the namespace, every place and all metadata. Without any, nobody.",
  );
