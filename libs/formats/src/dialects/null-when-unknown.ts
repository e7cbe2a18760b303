/** The same fields in the same order, with null for what is unknown: JSON would leave an undefined one out. */
export function nullWhenUnknown(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, value ?? null]));
}
