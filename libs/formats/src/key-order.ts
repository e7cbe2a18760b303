/** The same record with these keys first, in this order. A record that came through gRPC has lost the order it was written in. */
export function inOrder(record: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> {
  const known = keys.filter((key) => Object.hasOwn(record, key)).map((key) => [key, record[key]] as const);
  const rest = Object.entries(record).filter(([key]) => !keys.includes(key));
  return Object.fromEntries([...known, ...rest]);
}
