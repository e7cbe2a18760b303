import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eventInput } from '../event/event.js';
import { ProblemError, problemOf } from './problem.js';
import { pointerOf, validate } from './validate.js';

const shape = z.strictObject({ name: z.string(), size: z.number().int(), tags: z.array(z.string()) });

describe('validate', () => {
  it('answers the value in the schema’s output form', () => {
    expect(validate(z.object({ limit: z.coerce.number().default(50) }), {})).toEqual({ limit: 50 });
  });

  it('names every fault, and where it is', () => {
    const error = thrownBy(() => validate(shape, { size: 1.5, tags: ['a', 1, 'c', null], colour: 'red', weight: 3 }));
    expect(error.code).toBe('invalid_request');
    expect(error.faults.map(({ pointer }) => pointer).sort()).toEqual(['/colour', '/name', '/size', '/tags/1', '/tags/3', '/weight']);
    expect(error.faults.every(({ detail }) => detail.length > 0)).toBe(true);
  });

  it('names every fault of an event, however deep', () => {
    const event = { type: 'build.failed', app: {}, build: { id: 'b', number: -1, source: { committedAt: 'yesterday', author: { avatars: { small: 1 } } } } };
    expect(thrownBy(() => validate(eventInput, event)).faults.map(({ pointer }) => pointer).sort()).toEqual([
      '/app/id',
      '/build/number',
      '/build/source/author/avatars/small',
      '/build/source/committedAt',
    ]);
  });

  it.each([{ type: 'build.exploded' }, { type: null }, {}])('has a code of its own for the event type of %j', (event) => {
    const error = thrownBy(() => validate(eventInput, { ...event, app: { id: 'a' } }));
    expect(error.code).toBe('unknown_event_type');
    expect(error.faults).toEqual([{ pointer: '/type', detail: 'is not a known event type; see GET /v1/event-types' }]);
  });

  it.each([[null], ['text'], [[]], [7]])('points at the whole document when it is %j', (document) => {
    const error = thrownBy(() => validate(eventInput, document));
    expect(error.code).toBe('invalid_request');
    expect(error.faults.map(({ pointer }) => pointer)).toEqual(['']);
  });

  it('names at most fifty faults', () => {
    expect(thrownBy(() => validate(z.array(z.string()), Array.from({ length: 200 }, () => 1))).faults).toHaveLength(50);
  });
});

describe('pointerOf', () => {
  it.each([
    [[], ''],
    [['build', 'artifacts', 0, 'url'], '/build/artifacts/0/url'],
    [['a/b'], '/a~1b'],
    [['a~b'], '/a~0b'],
    [['~1'], '/~01'],
    [[''], '/'],
    [['naïve 🦊'], '/naïve 🦊'],
  ])('writes %j as %j', (path, pointer) => {
    expect(pointerOf(path)).toBe(pointer);
  });
});

describe('problemOf', () => {
  it('is RFC 9457: a type, a title, the status and the code', () => {
    expect(problemOf(new ProblemError('not_found'))).toEqual({ type: 'https://buildwire.dev/problems/not_found', title: 'There is no such thing', status: 404, code: 'not_found' });
  });

  it('tells the detail and the faults if there are any', () => {
    const faults = [{ pointer: '/name', detail: 'is missing' }];
    expect(problemOf(new ProblemError('invalid_request', 'see the errors', faults))).toMatchObject({ detail: 'see the errors', errors: faults });
  });
});

function thrownBy(act: () => unknown): ProblemError {
  try {
    act();
  } catch (error) {
    if (error instanceof ProblemError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
