import type { SendResult } from '@buildwire/outbound-http';
import { describe, expect, it } from 'vitest';
import { settlementOf } from './attempt-settlement.js';
import { aWebhook } from './spec-support/settings.js';

const NOW = 1_800_000_000_000;

describe('how much an endpoint can take', () => {
  it.each<[string, SendResult, string]>([
    ['more, after a success in time', answered(200, 4_999), 'succeeded'],
    ['less, after a success in 14.9 s (E21)', answered(200, 14_900), 'slow'],
    ['less, after a timeout (E21)', failed('timeout', 2_000), 'slow'],
    ['less, after 502 (E19)', answered(502, 5), 'slow'],
    ['less, after 503 (E19)', answered(503, 5), 'slow'],
    ['less, after 504 (E19)', answered(504, 5), 'slow'],
    ['the same, after 500', answered(500, 5), 'unknown'],
    ['the same, after 429 (E17)', answered(429, 5), 'unknown'],
    ['the same, when nobody listens (E24)', failed('connect', 1), 'unknown'],
  ])('is %s', (_, result, speed) => {
    expect(settlementOf(result, aWebhook(), NOW)).toMatchObject({ speed, durationMs: result.timing.durationMs });
  });

  it('follows what the webhook calls a success', () => {
    expect(settlementOf(answered(302, 5), aWebhook({ dialect: 'expo' }), NOW).speed).toBe('succeeded');
    expect(settlementOf(answered(302, 5), aWebhook(), NOW).speed).toBe('unknown');
  });

  it('comes with the time that the endpoint asks for', () => {
    expect(settlementOf(answered(429, 5, [['Retry-After', '7']]), aWebhook(), NOW).hold).toEqual({ scope: 'endpoint', forMs: 7_000 });
  });
});

function answered(statusCode: number, durationMs: number, headers: [string, string][] = []): SendResult {
  return { kind: 'answered', statusCode, headers, body: Buffer.alloc(0), truncated: false, timing: { startedAtMs: NOW, durationMs }, transportRetried: false };
}

function failed(failure: 'timeout' | 'connect', durationMs: number): SendResult {
  return { kind: 'failed', failure, detail: 'it failed', timing: { startedAtMs: NOW, durationMs }, transportRetried: false };
}
