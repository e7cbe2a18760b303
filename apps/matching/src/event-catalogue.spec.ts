import { eventInput, eventType, eventTypeList, isOperational, operationalEventSchema } from '@buildwire/contracts';
import { describe, expect, it } from 'vitest';
import { eventCatalogue } from './event-catalogue.js';

describe('the catalogue of event types', () => {
  it('has every type with an example that is valid', () => {
    expect(eventCatalogue().map(({ name }) => name)).toEqual(eventType.options);
    for (const { name, example } of eventCatalogue()) expect((isOperational(name) ? operationalEventSchema : eventInput).parse(example).type).toBe(name);
    eventTypeList.parse({ data: eventCatalogue(), nextCursor: null });
  });

  it.each(['webhook.disabled', 'delivery.exhausted'] as const)('says of %s what it holds, that nobody can publish it and how to get it', (type) => {
    const entry = eventCatalogue().find(({ name }) => name === type);
    const kind = type.slice(0, type.indexOf('.'));
    expect(entry?.schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      properties: { type: { const: type }, subject: { properties: { kind: { const: kind } } }, webhook: { $ref: '#/$defs/WebhookSubject' }, delivery: { $ref: '#/$defs/DeliverySubject' } },
      required: expect.arrayContaining(['id', 'type', 'app', 'webhook', kind]) as string[],
    });
    expect(entry?.description).toContain(`nobody can publish it. A webhook that wants it names it, or uses a pattern that begins with the word ${kind}`);
  });

  it('says what goes with a type', () => {
    const failed = eventCatalogue().find(({ name }) => name === 'build.failed');
    expect(failed?.schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      properties: { type: { const: 'build.failed' }, occurredAt: { $ref: '#/$defs/Timestamp' } },
      required: expect.arrayContaining(['type', 'build', 'app']) as string[],
      $defs: { Build: { properties: { state: { enum: ['failed', 'timed_out', 'rejected'] } } } },
    });
  });
});
