import { formats, presetOf } from '@buildwire/contracts';
import type { Format } from '@buildwire/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classifyAnswer } from './classify-answer.js';

const NOW = Date.parse('2026-05-10T14:00:00Z');

function classify(format: Format, statusCode: number, body = '', headers: [string, string][] = []) {
  const { permanent } = presetOf(format, format === 'raw' ? 'buildwire' : null);
  return classifyAnswer(format, { statusCode, headers, body: Buffer.from(body) }, permanent, NOW);
}

/** In short: what becomes of the delivery, and of the webhook. */
function fateOf(format: Format, statusCode: number, body = '') {
  const classification = classify(format, statusCode, body);
  return classification.kind === 'permanent' ? `${classification.scope} ends` : classification.kind;
}

describe('a receiver of raw bodies', () => {
  it.each([
    [410, 'webhook ends'],
    [413, 'delivery ends'],
    [302, 'retry'],
    [400, 'retry'],
    [401, 'retry'],
    [404, 'retry'],
    [500, 'retry'],
    [502, 'retry'],
    [429, 'slow'],
    [503, 'slow'],
  ])('E16, E17, E18, E19, E20: that answers %i: %s', (statusCode, fate) => {
    expect(fateOf('raw', statusCode)).toBe(fate);
  });

  it('E20: is not believed to speak Slack', () => {
    expect(fateOf('raw', 404, 'no_service')).toBe('retry');
    expect(classify('raw', 404, 'no_service').reason).toBe('the endpoint answered 404');
  });
});

describe('Slack', () => {
  it.each([
    [404, 'channel_not_found', 'webhook ends'],
    [404, 'no_service', 'webhook ends'],
    [404, 'no_service_id', 'webhook ends'],
    [403, 'no_active_hooks', 'webhook ends'],
    [404, 'no_team', 'webhook ends'],
    [410, 'channel_is_archived', 'webhook ends'],
    [403, 'team_disabled', 'webhook ends'],
    [404, ' no_service\n', 'webhook ends'],
    [400, 'invalid_payload', 'delivery ends'],
    [400, 'no_text', 'delivery ends'],
    [400, 'invalid_blocks', 'delivery ends'],
    [400, 'invalid_blocks_format', 'delivery ends'],
    [400, 'invalid_attachments: block 3', 'delivery ends'],
    [400, 'user_not_found', 'delivery ends'],
    [403, 'action_prohibited', 'delivery ends'],
    [403, 'posting_to_general_channel_denied', 'delivery ends'],
    [403, 'invalid_token', 'delivery ends'],
    [500, 'no_service', 'webhook ends'],
    [404, '<html>Not Found</html>', 'delivery ends'],
    [410, '', 'webhook ends'],
    [500, 'rollup_error', 'retry'],
    [502, 'no healthy upstream', 'retry'],
    [500, '', 'retry'],
    [204, '', 'retry'],
    [429, 'rate_limited', 'slow'],
  ])('E20: answering %i "%s": %s', (statusCode, body, fate) => {
    expect(fateOf('slack', statusCode, body)).toBe(fate);
  });

  it('is quoted in the reason', () => {
    expect(classify('slack', 404, 'no_service')).toEqual({ kind: 'permanent', scope: 'webhook', reason: 'the endpoint answered 404: no_service' });
  });

  it('says with Retry-After how long to wait', () => {
    expect(classify('slack', 429, 'rate_limited', [['Retry-After', '30']])).toEqual({ kind: 'slow', reason: 'the endpoint answered 429: rate_limited', afterMs: 30_000 });
  });
});

describe('Discord', () => {
  it.each([
    [404, { message: 'Unknown Webhook', code: 10_015 }, 'webhook ends'],
    [401, { message: 'Invalid Webhook Token', code: 50_027 }, 'webhook ends'],
    [400, { message: 'Invalid Form Body', code: 50_035, errors: {} }, 'delivery ends'],
    [400, { code: 50_006 }, 'delivery ends'],
    [400, { code: 220_001 }, 'delivery ends'],
    [404, { message: 'Unknown Channel', code: 10_003 }, 'delivery ends'],
    [403, { code: 50_013 }, 'delivery ends'],
    [413, { code: 40_005 }, 'delivery ends'],
    [404, { message: '404: Not Found', code: 0 }, 'delivery ends'],
    [404, { code: '10015' }, 'delivery ends'],
    [500, { message: '500: Internal Server Error', code: 0 }, 'retry'],
    [502, null, 'retry'],
    [429, { message: 'You are being rate limited.', retry_after: 0.5, global: false }, 'slow'],
  ])('E20: answering %i %j: %s', (statusCode, body, fate) => {
    expect(fateOf('discord', statusCode, JSON.stringify(body))).toBe(fate);
  });

  it('has a code for nothing in particular, which the reason leaves out', () => {
    expect(classify('discord', 500, '{"code":0}').reason).toBe('the endpoint answered 500');
    expect(classify('discord', 500, '{"code":130000}').reason).toBe('the endpoint answered 500: 130000');
  });

  it.each([
    ['its body, in seconds with decimals', '{"retry_after":1.337}', [], 1_337],
    ['its own header', '{}', [['x-ratelimit-reset-after', '2.5']], 2_500],
    ['the common header', '<html>banned</html>', [['Retry-After', '3600']], 3_600_000],
    ['all of them: the longest counts', '{"retry_after":0.2}', [['X-RateLimit-Reset-After', '1.5'], ['Retry-After', '1']], 1_500],
    ['none that can be read', '{"retry_after":"soon"}', [['X-RateLimit-Reset-After', '-1'], ['Retry-After', 'later']], undefined],
    ['a negative number', '{"retry_after":-5}', [], undefined],
  ] as [string, string, [string, string][], number | undefined][])('asks for time with %s', (_what, body, headers, afterMs) => {
    const reason = 'the endpoint answered 429';
    expect(classify('discord', 429, body, headers)).toEqual({ kind: 'slow', reason, ...(afterMs === undefined ? {} : { afterMs }) });
  });
});

describe('Teams', () => {
  const error = (code: unknown) => JSON.stringify({ error: { code, message: "The workflow's state is 'Deleted'." } });

  it.each([
    [400, error('WorkflowTriggerIsNotEnabled'), 'webhook ends'],
    [404, error('WorkflowNotFound'), 'webhook ends'],
    [400, error('TriggerInputSchemaMismatch'), 'delivery ends'],
    [401, error('DirectApiAuthorizationRequired'), 'delivery ends'],
    [401, error('InvalidSignature'), 'delivery ends'],
    [403, '', 'delivery ends'],
    [404, 'not json', 'delivery ends'],
    [413, '', 'delivery ends'],
    [500, error(500), 'retry'],
    [504, '{"error":null}', 'retry'],
    [429, error('WorkflowTriggerRateLimited'), 'slow'],
  ])('E20: answering %i %s: %s', (statusCode, body, fate) => {
    expect(fateOf('teams', statusCode, body)).toBe(fate);
  });
});

describe('any answer at all', () => {
  it('is classified, with a reason that is short', () => {
    const answers = fc.record({ statusCode: fc.integer({ min: 100, max: 599 }), headers: fc.array(fc.tuple(fc.constantFrom('Retry-After', 'X-RateLimit-Reset-After', 'x'), fc.string())), body: fc.oneof(fc.string(), fc.json()) });
    const holds = fc.property(fc.constantFrom(...formats), answers, (format, { statusCode, headers, body }) => {
      const classification = classify(format, statusCode, body, headers);
      expect(classification.reason.length).toBeLessThan(200);
      if (classification.kind === 'slow' && classification.afterMs !== undefined) expect(classification.afterMs).toBeGreaterThanOrEqual(0);
    });
    fc.assert(holds);
  });

  it('with a code as long as its body does not make a long reason', () => {
    const long = 'a_'.repeat(5_000) + 'b';
    expect(classify('slack', 500, long).reason.length).toBeLessThan(200);
    expect(classify('teams', 500, JSON.stringify({ error: { code: long } })).reason.length).toBeLessThan(200);
  });
});
