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
  return { rule: `${count} == 1`, message: `exactly one of ${fields.join(", ")} must be set` };
}

/** A duration is at least `minimum`, or `0` where that is allowed. */
export function atLeast(field: string, minimum: string, zero: "zero allowed" | "no zero"): Rule {
  const least = `duration(self.${field}) >= duration('${minimum}')`;
  const unset = `!has(self.${field})`;
  return zero === "zero allowed"
    ? { rule: `${unset} || self.${field} == '0' || ${least}`, message: `${field} must be 0 or at least ${minimum}` }
    : { rule: `${unset} || (self.${field} != '0' && ${least})`, message: `${field} must be at least ${minimum}` };
}

/** A TLS output needs the key; the key is left out only where `privateKey` says so. */
export const tlsNeedsKey: Rule = {
  rule: "!has(self.kubernetes) || !has(self.privateKey) || self.privateKey != 'Exclude' || !self.kubernetes.outputs.exists(o, o.format == 'TLS')",
  message: "format TLS needs the private key; use format PEM, or leave privateKey out",
};
