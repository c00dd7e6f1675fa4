/** RFC 3339 as `metav1.Time` writes it: no fraction where there is none, as in every certificate. */
export function timestamp(date: Date): string {
  return date.toISOString().replace(".000Z", "Z");
}
