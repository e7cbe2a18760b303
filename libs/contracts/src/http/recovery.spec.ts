import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { newId } from '../ids.js';
import { timestampOf } from '../timestamp.js';
import { recoverWebhook, resendDeliveries } from './recovery.js';
import { validate } from './validate.js';

const NOW_MS = Date.UTC(2026, 10, 21, 6);
const DAY_MS = 86_400_000;
const ago = (ms: number) => timestampOf(NOW_MS - ms);

beforeAll(() => {
  vi.useFakeTimers({ now: NOW_MS, toFake: ['Date'] });
});
afterAll(() => {
  vi.useRealTimers();
});

describe('a window to recover', () => {
  it.each([
    ['ends now unless told otherwise', { since: ago(1) }],
    ['may be 31 days long', { since: ago(31 * DAY_MS) }],
    ['may be 31 days long at any time', { since: ago(400 * DAY_MS), until: ago(369 * DAY_MS) }],
    ['may end now', { since: ago(1), until: ago(0) }],
    ['may be as short as a microsecond', { since: '2026-11-01T00:00:00.000000Z', until: '2026-11-01T00:00:00.000001Z' }],
    ['may go on from a cursor', { since: ago(1), cursor: 'x' }],
  ])('%s', (_, window) => {
    expect(validate(recoverWebhook, window)).toEqual(window);
    expect(validate(resendDeliveries, { ...window, webhookId: WEBHOOK })).toEqual({ ...window, webhookId: WEBHOOK });
  });

  it.each([
    ['begins in the future', { since: ago(-1) }, '/since', 'lies in the future'],
    ['begins now', { since: ago(0) }, '/since', 'lies in the future'],
    ['ends in the future', { since: ago(1), until: ago(-1) }, '/until', 'lies in the future'],
    ['is empty', { since: ago(5), until: ago(5) }, '/since', 'must be before until'],
    ['ends before it begins', { since: ago(5), until: ago(6) }, '/since', 'must be before until'],
    ['is longer than 31 days', { since: ago(31 * DAY_MS + 1) }, '/since', 'is more than 31 days before until, which is now unless given'],
    ['has no beginning', { until: ago(1) }, '/since', expect.any(String)],
    ['begins with no time', { since: 'yesterday' }, '/since', expect.stringContaining('RFC 3339')],
    ['ends with no time', { since: ago(1), until: 'now' }, '/until', expect.stringContaining('RFC 3339')],
    ['says something else', { since: ago(1), limit: 5 }, '/limit', 'is not known here'],
  ])('is refused when it %s', (_, window, pointer, detail) => {
    const refusal = expect.objectContaining({ code: 'invalid_request', faults: [{ pointer, detail }] }) as Error;
    expect(() => validate(recoverWebhook, window)).toThrow(refusal);
    expect(() => validate(resendDeliveries, { ...window, webhookId: WEBHOOK })).toThrow(refusal);
  });

  it('of deliveries needs their webhook', () => {
    expect(() => validate(resendDeliveries, { since: ago(1) })).toThrow(expect.objectContaining({ faults: [expect.objectContaining({ pointer: '/webhookId' })] }) as Error);
  });
});

const WEBHOOK = newId('whk', NOW_MS);
