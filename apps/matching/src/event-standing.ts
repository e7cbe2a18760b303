import { isDeepStrictEqual } from 'node:util';
import type { Event } from '@buildwire/contracts';
import type { MatchedDelivery } from '@buildwire/database';

/**
 * What an event is to the index. `first`: it is new, or the very record that was indexed has come again; it causes these
 * deliveries, as they were matched the first time. `duplicate`: its id was used before. `conflict`: by another event.
 */
export type Standing = { kind: 'first'; deliveries: MatchedDelivery[] } | { kind: 'duplicate' } | { kind: 'conflict' };

/** What the index holds under the id of an event. */
export interface Indexed {
  position: number;
  /** Null unless this is the record that was indexed. */
  deliveries: MatchedDelivery[] | null;
  /** Null if it is. */
  body: Event | null;
}

/** What an event is that was not indexed now. */
export function standingOf(event: Event, indexed: Indexed | undefined): Standing {
  if (indexed === undefined) throw new Error(`the event ${event.id} was removed from the index while it was added`);
  if (indexed.deliveries !== null) return { kind: 'first', deliveries: indexed.deliveries };
  const same = indexed.body !== null && isDeepStrictEqual(contentOf(indexed.body), contentOf(event));
  return { kind: same ? 'duplicate' : 'conflict' };
}

/** What the producer said. When it did not say when it occurred, that is the time of receipt: another one for each repeat. */
function contentOf({ receivedAt, occurredAt, ...rest }: Event): Record<string, unknown> {
  return occurredAt === receivedAt ? rest : { ...rest, occurredAt };
}
