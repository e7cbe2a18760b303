import type { Delivery } from '@buildwire/contracts';

/** The ids of the deliveries whose turn is still to come, in its order. */
export function inDueOrder(deliveries: readonly Delivery[]): string[] {
  const nowMs = Date.now();
  const dues = deliveries.flatMap(({ id, status, nextAttemptAt }) => (status === 'waiting' && nextAttemptAt !== null ? [{ id, dueAtMs: Date.parse(nextAttemptAt) }] : []));
  return dues.filter(({ dueAtMs }) => dueAtMs > nowMs).toSorted((one, other) => one.dueAtMs - other.dueAtMs).map(({ id }) => id);
}

/** By how many places the ids are off among their like in `actual`, on average. */
export function displacement(ids: readonly string[], actual: readonly string[]): number {
  const known = new Set(ids);
  const places = new Map(actual.filter((id) => known.has(id)).map((id, place) => [id, place]));
  return ids.reduce((sum, id, place) => sum + Math.abs(place - (places.get(id) ?? ids.length)), 0) / ids.length;
}
