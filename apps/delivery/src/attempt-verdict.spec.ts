import { newId } from '@buildwire/contracts';
import type { SendResult } from '@buildwire/outbound-http';
import { describe, expect, it } from 'vitest';
import { countsOf, judge } from './attempt-verdict.js';
import { aDelivery } from './spec-support/deliveries.js';
import { aWebhook } from './spec-support/settings.js';

const NOW_MS = Date.parse('2026-05-10T14:00:00Z');
const now = { timeMs: NOW_MS, random: () => 0.5 };
const timing = { startedAtMs: 0, durationMs: 1 };

const answered = (statusCode: number, body = '', headers: [string, string][] = []): SendResult => ({
  kind: 'answered',
  statusCode,
  headers,
  body: Buffer.from(body),
  truncated: false,
  timing,
  transportRetried: false,
});
const failed = (failure: 'timeout' | 'invalid_request' | 'blocked_address'): SendResult => ({ kind: 'failed', failure, detail: 'it did not work', timing, transportRetried: false });

type Webhook = Parameters<typeof aWebhook>[0];
const judged = (result: SendResult, webhook: Webhook = {}, attempt = 1) => judge(aDelivery({ attempt }), result, aWebhook(webhook), now);
const delayOf = (result: SendResult, webhook: Webhook = {}, attempt = 1) => ((judged(result, webhook, attempt).nextAttemptAtMs ?? NaN) - NOW_MS) / 1_000;

describe('success', () => {
  it.each<[string, number, Webhook, string]>([
    ['204 for BuildPixel', 204, { dialect: 'buildpixel' }, 'succeeded'],
    ['302 for EAS', 302, { dialect: 'eas' }, 'succeeded'],
    ['302 for Expo', 302, { dialect: 'expo' }, 'succeeded'],
    ['302 for the rest', 302, {}, 'waiting'],
    ['200 for Appflow', 200, { dialect: 'appflow' }, 'succeeded'],
    ['204 for Appflow', 204, { dialect: 'appflow' }, 'waiting'],
    ['204 for an Appflow webhook whose owner says so', 204, { dialect: 'appflow', success: '2xx' }, 'succeeded'],
    ['200 for Slack', 200, { format: 'slack' }, 'succeeded'],
    ['204 for Slack', 204, { format: 'slack' }, 'waiting'],
    ['204 for Discord', 204, { format: 'discord' }, 'succeeded'],
    ['202 for Teams', 202, { format: 'teams' }, 'succeeded'],
  ])('E14, E16: %s: %i', (_what, statusCode, webhook, verdict) => {
    expect(judged(answered(statusCode), webhook).verdict).toBe(verdict);
  });

  it('E5, E6, E10: counts though the body was cut off', () => {
    expect(judged({ ...answered(200), truncated: true } as SendResult).verdict).toBe('succeeded');
    expect(judged({ ...answered(500), truncated: true } as SendResult).verdict).toBe('waiting');
  });

  it('is called accepted, and needs no reason', () => {
    expect(judged(answered(202), { format: 'teams' })).toEqual({ outcome: 'accepted', verdict: 'succeeded' });
  });
});

describe('the schedule', () => {
  it('is the dialect’s: Appflow’s five retries, then no more', () => {
    expect([1, 2, 3, 4, 5].map((attempt) => delayOf(answered(500), { dialect: 'appflow' }, attempt))).toEqual([60, 300, 900, 1_800, 3_600]);
    expect(judged(answered(500), { dialect: 'appflow' }, 6)).toEqual({ outcome: 'rejected', reason: 'the endpoint answered 500; no retry is left', verdict: 'exhausted' });
  });

  it('is none for Capawesome, unless its owner wants one', () => {
    expect(judged(answered(500), { dialect: 'capawesome' }).verdict).toBe('exhausted');
    expect(delayOf(answered(500), { dialect: 'capawesome', retry: { schedule: [7] } })).toBe(7);
  });

  it('E17: is as long as one of two headers asks, and as if nothing were asked when none counts', () => {
    expect(delayOf(answered(429, '', [['Retry-After', '60'], ['retry-after', '90']]))).toBe(90);
    for (const value of ['-5', '1e9', 'abc', '']) expect(delayOf(answered(429, '', [['Retry-After', value]]))).toBe(5);
    expect(delayOf(answered(429, '', [['Retry-After', '1000000000']]))).toBe(3_600);
    expect(delayOf(answered(429, '', [['Retry-After', new Date(NOW_MS + 30_000).toUTCString()]]))).toBe(30);
  });

  it('ends a month after the event was accepted, or earlier if its owner says so', () => {
    const daysOld = (days: number) => aDelivery({ deliveryId: newId('dlv', NOW_MS - days * 86_400_000) });
    const schedule = [86_400];
    expect(judge(daysOld(28.9), answered(500), aWebhook({ retry: { schedule } }), now).verdict).toBe('waiting');
    expect(judge(daysOld(29.1), answered(500), aWebhook({ retry: { schedule } }), now)).toEqual({
      outcome: 'rejected',
      reason: 'the endpoint answered 500; its event is too old for the next retry',
      verdict: 'exhausted',
    });
    expect(judge(daysOld(0), answered(500), aWebhook({ retry: { schedule, maxAgeSeconds: 86_399 } }), now).verdict).toBe('exhausted');
    expect(judge(daysOld(0), answered(429, '', [['Retry-After', '3600']]), aWebhook({ retry: { schedule: [60], maxAgeSeconds: 600 } }), now).verdict).toBe('exhausted');
  });

  it('E1, S13: goes on after a timeout, and ends with a request that cannot be made', () => {
    expect(judged(failed('timeout'))).toMatchObject({ outcome: 'timeout', reason: 'it did not work', verdict: 'waiting' });
    expect(judged(failed('invalid_request'))).toEqual({ outcome: 'invalid_request', reason: 'it did not work; this is final', verdict: 'exhausted' });
  });

  it('E17, E19: gives way to an endpoint that asks for more time with 429 or 503, and to no other', () => {
    const asks: [string, string][] = [['Retry-After', '120']];
    expect(delayOf(answered(429, '', asks))).toBe(120);
    expect(delayOf(answered(503, '', asks))).toBe(120);
    expect(delayOf(answered(500, '', asks))).toBe(5);
    expect(delayOf(answered(429, '{"retry_after":64.5}'), { format: 'discord' })).toBe(64.5);
    expect(delayOf(answered(429, '', [['X-RateLimit-Reset-After', '0.1']]), { format: 'discord' })).toBe(5);
    expect(delayOf(answered(429, '{"retry_after":1e300}'), { format: 'discord' })).toBe(3_600);
  });
});

describe('what is final', () => {
  it('E18, E20: ends the delivery, and says so if the webhook is dead', () => {
    expect(judged(answered(410))).toEqual({ outcome: 'rejected', reason: 'the endpoint answered 410; this is final', verdict: 'exhausted', disablesWebhook: true });
    expect(judged(answered(413))).toEqual({ outcome: 'rejected', reason: 'the endpoint answered 413; this is final', verdict: 'exhausted' });
    expect(judged(answered(404, 'no_service'), { format: 'slack' })).toMatchObject({ verdict: 'exhausted', disablesWebhook: true });
    expect(judged(answered(404, '{"code":10015}'), { format: 'discord' })).toMatchObject({ verdict: 'exhausted', disablesWebhook: true });
    expect(judged(answered(400, '{"code":50035}'), { format: 'discord' })).toEqual({ outcome: 'rejected', reason: 'the endpoint answered 400: 50035; this is final', verdict: 'exhausted' });
  });

  it('E18, E20: is what the owner says', () => {
    expect(judged(answered(410), { retry: { permanent: [422] } }).verdict).toBe('waiting');
    expect(judged(answered(422), { retry: { permanent: [422] } })).toMatchObject({ verdict: 'exhausted' });
  });

  it('leaves the schedule alone after a resend, yet tells that the webhook is dead', () => {
    const resend = aDelivery({ trigger: 'resend' });
    expect(judge(resend, answered(410), aWebhook(), now)).toEqual({ outcome: 'rejected', reason: 'the endpoint answered 410', verdict: 'unchanged', disablesWebhook: true });
    expect(judge(resend, answered(500), aWebhook(), now)).toEqual({ outcome: 'rejected', reason: 'the endpoint answered 500', verdict: 'unchanged' });
    expect(judge(resend, answered(200), aWebhook(), now).verdict).toBe('succeeded');
  });
});

describe('a test', () => {
  it.each<[SendResult, string]>([
    [answered(500), 'the endpoint answered 500; a test is not tried again'],
    [answered(410), 'the endpoint answered 410; this is final'],
  ])('is over after one attempt: %#', (result, reason) => {
    expect(judge(aDelivery({ trigger: 'test' }), result, aWebhook(), now)).toMatchObject({ reason, verdict: 'exhausted' });
  });

  it('succeeds as any delivery does', () => {
    expect(judge(aDelivery({ trigger: 'test' }), answered(200), aWebhook(), now)).toEqual({ outcome: 'accepted', verdict: 'succeeded' });
  });
});

describe('what an attempt says about the endpoint’s health', () => {
  it.each<[SendResult, Webhook, string]>([
    [answered(200), {}, 'success'],
    [answered(302), { dialect: 'eas' }, 'success'],
    [answered(302), {}, 'alive'],
    [answered(204), { dialect: 'appflow' }, 'alive'],
    [answered(404), {}, 'alive'],
    [answered(429), {}, 'neither'],
    [answered(500), {}, 'failure'],
    [failed('timeout'), {}, 'failure'],
    [failed('blocked_address'), {}, 'neither'],
    [failed('invalid_request'), {}, 'neither'],
  ])('E17, E19, E20: %#', (result, webhook, counts) => {
    expect(countsOf(result, aWebhook(webhook))).toBe(counts);
  });
});
