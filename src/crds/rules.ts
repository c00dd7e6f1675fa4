/** One CEL rule of a CRD; `message` is what a user reads when the API server refuses the object. */
export interface Rule {
  rule: string;
  message: string;
}

/** Metadata for a zod schema that carries CEL rules into the CRD. */
export function rules(...list: Rule[]): { "x-kubernetes-validations": Rule[] } {
  return { "x-kubernetes-validations": list };
}

/** Exactly one of these fields is set. */
export function exactlyOne(...fields: string[]): Rule {
  const count = fields.map((field) => `(has(self.${field}) ? 1 : 0)`).join(" + ");
  const message =
    fields.length === 1 ? `${fields.join()} must be set` : `exactly one of ${fields.join(", ")} must be set`;
  return { rule: `${count} == 1`, message };
}

/** At most one of these fields is set. */
export function atMostOne(...fields: [string, string]): Rule {
  const [first, second] = fields;
  return {
    rule: `!(has(self.${first}) && has(self.${second}))`,
    message: `at most one of ${first}, ${second} may be set`,
  };
}
