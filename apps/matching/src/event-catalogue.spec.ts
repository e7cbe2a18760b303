import { eventInput, eventType, eventTypeList } from '@buildwire/contracts';
import { describe, expect, it } from 'vitest';
import { eventCatalogue } from './event-catalogue.js';

describe('the catalogue of event types', () => {
  it('has every type with an example that is valid', () => {
    expect(eventCatalogue().map(({ name }) => name)).toEqual(eventType.options);
    for (const { name, example } of eventCatalogue()) expect(eventInput.parse(example).type).toBe(name);
    eventTypeList.parse({ data: eventCatalogue(), nextCursor: null });
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
