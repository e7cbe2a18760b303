import type { Format } from '@buildwire/contracts';
import { describe, expect, it } from 'vitest';
import { askedHold, unsaidHoldMs } from './asked-hold.js';
import type { EndpointAnswer } from './endpoint-answer.js';

const NOW = Date.parse('2026-11-21T12:00:00Z');

describe('an answer asks for time', () => {
  it.each<[string, Format, number, [string, string][], string, object]>([
    ['with 429 and Retry-After (E17)', 'raw', 429, [['Retry-After', '30']], '', { scope: 'endpoint', forMs: 30_000 }],
    ['with 429 and a date (E17)', 'raw', 429, [['retry-after', 'Sat, 21 Nov 2026 12:00:07 GMT']], '', { scope: 'endpoint', forMs: 7_000 }],
    ['with 429 and the longer of two (E17)', 'slack', 429, [['Retry-After', '3'], ['Retry-After', '9']], 'rate_limited', { scope: 'endpoint', forMs: 9_000 }],
    ['with 429 and a billion seconds, for an hour (E17)', 'raw', 429, [['Retry-After', '1000000000']], '', { scope: 'endpoint', forMs: 3_600_000 }],
    ['with 429 without saying for how long (E17)', 'raw', 429, [['Retry-After', '-5']], '', { scope: 'endpoint' }],
    ['with 503 (E19)', 'raw', 503, [['Retry-After', '2']], '', { scope: 'endpoint', forMs: 2_000 }],
    ['with 503 without saying for how long (E19)', 'teams', 503, [], '', { scope: 'endpoint' }],
    ['with 204 when Discord’s limit is used up', 'discord', 204, [['X-RateLimit-Remaining', '0'], ['X-RateLimit-Reset-After', '1.25']], '', { scope: 'endpoint', forMs: 1_250 }],
    ['with Discord’s own 429', 'discord', 429, [], '{"retry_after":0.5,"global":false}', { scope: 'endpoint', forMs: 500 }],
    ['for the host, with Discord’s global limit', 'discord', 429, [['Retry-After', '2']], '{"retry_after":1.5,"global":true}', { scope: 'host', forMs: 2_000 }],
    ['for the host, with Discord’s header', 'discord', 429, [['X-RateLimit-Global', 'true']], '{"retry_after":1}', { scope: 'host', forMs: 1_000 }],
    ['for the host, with a page before Discord', 'discord', 429, [['Retry-After', '60']], '<html>', { scope: 'host', forMs: 60_000 }],
  ])('%s', (_, format, statusCode, headers, body, hold) => {
    expect(askedHold(format, anAnswer(statusCode, headers, body), NOW)).toEqual(hold);
  });

  it.each<[string, Format, number, [string, string][]]>([
    ['with a success', 'raw', 200, [['Retry-After', '30']]],
    ['with 500', 'raw', 500, [['Retry-After', '30']]],
    ['with the headers of another service', 'raw', 200, [['X-RateLimit-Remaining', '0'], ['X-RateLimit-Reset-After', '5']]],
    ['while Discord’s limit is not used up', 'discord', 200, [['X-RateLimit-Remaining', '1'], ['X-RateLimit-Reset-After', '5']]],
    ['when Discord does not say until when', 'discord', 200, [['X-RateLimit-Remaining', '0']]],
  ])('not %s', (_, format, statusCode, headers) => {
    expect(askedHold(format, anAnswer(statusCode, headers, ''), NOW)).toBeUndefined();
  });

  it('for longer each time, up to a minute, when it never says for how long', () => {
    expect([1, 2, 3, 6, 7, 50].map(unsaidHoldMs)).toEqual([1_000, 2_000, 4_000, 32_000, 60_000, 60_000]);
  });
});

function anAnswer(statusCode: number, headers: [string, string][], body: string): EndpointAnswer {
  return { statusCode, headers, body: Buffer.from(body) };
}
