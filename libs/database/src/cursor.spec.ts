import { ProblemError } from '@buildwire/contracts';
import { describe, expect, it } from 'vitest';
import { INSTANT, decodeCursor, encodeCursor } from './cursor.js';

const KEYSET = ['2026-05-10T14:23:45.123456Z', 'evt_"\\1'];
const SHAPE = [INSTANT, /^evt_/];
const cursor = encodeCursor('org_a', 'events', KEYSET);

describe('a cursor', () => {
  it('holds where its list goes on', () => {
    expect(decodeCursor('org_a', 'events', cursor, SHAPE)).toEqual(KEYSET);
    expect(cursor).toMatch(/^[\w-]+$/);
  });

  it('is short enough for any id', () => {
    expect(encodeCursor(`org_${'x'.repeat(60)}`, 'events', ['2026-05-10T14:23:45.123456Z', '"'.repeat(200)]).length).toBeLessThanOrEqual(500);
  });

  it.each([
    ['of another organization', () => decodeCursor('org_b', 'events', cursor, SHAPE)],
    ['of another list', () => decodeCursor('org_a', 'webhooks', cursor, SHAPE)],
    ['of another shape', () => decodeCursor('org_a', 'events', encodeCursor('org_a', 'events', ['now', 'evt_1']), SHAPE)],
    ['of a day that no month has', () => decodeCursor('org_a', 'events', encodeCursor('org_a', 'events', ['2026-02-31T14:23:45.123456Z', 'evt_1']), SHAPE)],
    ['with too few parts', () => decodeCursor('org_a', 'events', encodeCursor('org_a', 'events', KEYSET.slice(0, 1)), SHAPE)],
    ['that was changed', () => decodeCursor('org_a', 'events', `${cursor.slice(0, -3)}AAA`, SHAPE)],
    ['that is none', () => decodeCursor('org_a', 'events', 'next', SHAPE)],
  ])('%s is refused', (_, decode) => {
    expect(decode).toThrow(expect.objectContaining({ code: 'invalid_cursor' }) as ProblemError);
  });
});
