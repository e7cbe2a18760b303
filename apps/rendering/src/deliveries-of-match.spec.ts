import { ArtifactLinks, deliveryClosed, deliveryRendered, exampleMessage, millisecondsOf, MAX_TOGETHER, newId } from '@buildwire/contracts';
import type { DeliveryMatched } from '@buildwire/contracts';
import { describe, expect, it } from 'vitest';
import { deliveriesOfMatch, fatesOf } from './deliveries-of-match.js';

const match = exampleMessage('delivery.matched');
const links = new ArtifactLinks('https://hooks.pixelforge.example', 'an example of a key and no secret');
const deliveriesOf = (of: DeliveryMatched) => deliveriesOfMatch(of, { downloadUrl: (artifact) => links.urlOf(of.event, artifact) });

describe('the deliveries of a match', () => {
  it('are the record that the example of delivery.rendered shows, with all webhooks of the variant', () => {
    const { rendered, closed } = deliveriesOf(match);
    expect(rendered[0]).toEqual(exampleMessage('delivery.rendered'));
    expect(rendered.flatMap(({ deliveries }) => deliveries)).toEqual(match.deliveries);
    expect(closed).toEqual([]);
  });

  it('fit their contract', () => {
    for (const record of deliveriesOf(match).rendered) expect(deliveryRendered.schema.parse(record)).toEqual(record);
  });

  it('of a test say so, and take no turn among those of the build', () => {
    const test = { ...match, trigger: 'test' } as const;
    const [event] = deliveriesOf(match).rendered;
    expect(event).toMatchObject({ trigger: 'event', build: {} });
    expect(deliveriesOf(test).rendered[0]).toEqual({ ...event, trigger: 'test', build: undefined });
    expect(fatesOf(test, { kind: 'skipped', reason: 'no words' }).closed[0]).toMatchObject({ trigger: 'test', status: 'skipped' });
  });

  it('share a record, up to as many as fit a message', () => {
    const wide = Array.from({ length: MAX_TOGETHER + 1 }, () => ({ id: newId('dlv'), webhookId: newId('whk') }));
    const { rendered } = deliveriesOf({ ...match, deliveries: wide });
    expect(rendered.map(({ deliveries }) => deliveries.length)).toEqual([MAX_TOGETHER, 1]);
    expect(rendered.flatMap(({ deliveries }) => deliveries)).toEqual(wide);
  });

  it('are the same when the match is seen again', () => {
    expect(deliveriesOf(structuredClone(match))).toEqual(deliveriesOf(match));
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
