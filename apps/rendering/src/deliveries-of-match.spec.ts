import { deliveryClosed, deliveryRendered, exampleMessage, millisecondsOf } from '@buildwire/contracts';
import { describe, expect, it } from 'vitest';
import { deliveriesOfMatch, fatesOf } from './deliveries-of-match.js';

const match = exampleMessage('delivery.matched');
const context = { downloadUrl: ({ url }: { url: string }) => url };

describe('the deliveries of a match', () => {
  it('are the record that the example of delivery.rendered shows, one for each webhook', () => {
    const { rendered, closed } = deliveriesOfMatch(match, context);
    expect(rendered[0]).toEqual(exampleMessage('delivery.rendered'));
    expect(rendered.map(({ deliveryId, webhookId }) => ({ id: deliveryId, webhookId }))).toEqual(match.deliveries);
    expect(closed).toEqual([]);
  });

  it('fit their contract', () => {
    for (const record of deliveriesOfMatch(match, context).rendered) expect(deliveryRendered.schema.parse(record)).toEqual(record);
  });

  it('share one rendering', () => {
    const bodies = deliveriesOfMatch(match, context).rendered.map(({ body }) => body);
    expect(new Set(bodies).size).toBe(1);
  });

  it('are the same when the match is seen again', () => {
    expect(deliveriesOfMatch(structuredClone(match), context)).toEqual(deliveriesOfMatch(match, context));
  });

  it('are closed as skipped, with the reason, when the format cannot say the event', () => {
    const { rendered, closed } = fatesOf(match, { kind: 'skipped', reason: 'expo has no word for canceled' });
    expect(rendered).toEqual([]);
    expect(closed.map(({ deliveryId }) => deliveryId)).toEqual(match.deliveries.map(({ id }) => id));
    for (const record of closed) {
      expect(record).toMatchObject({ status: 'skipped', reason: 'expo has no word for canceled', closedAtMs: millisecondsOf(match.event.receivedAt) });
      expect(deliveryClosed.schema.parse(record)).toEqual(record);
    }
  });
});
