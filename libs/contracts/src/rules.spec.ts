import { describe, expect, it } from 'vitest';
import { dialects, formats } from './format.js';
import type { Dialect, Format } from './format.js';
import { isSuccess, rules, rulesOf } from './rules.js';
import type { RuleSettings } from './rules.js';
import { schemeNames } from './signing-scheme.js';

const aWebhook = (over: Partial<RuleSettings> = {}): RuleSettings => ({ format: 'raw', dialect: 'buildwire', success: null, retry: null, signing: null, limits: null, ...over });
const rulesOfDialect = (dialect: Dialect) => rulesOf(aWebhook({ dialect }));
const rulesOfChat = (format: Format) => rulesOf(aWebhook({ format, dialect: null }));

describe('the preset of', () => {
  it.each<[Dialect, string, number[], string[]]>([
    ['expo', '200-399', [30, 120, 480, 1_920], ['expo-signature', 'standard-webhooks']],
    ['eas', '200-399', [30, 120, 480, 1_920], ['expo-signature', 'standard-webhooks']],
    ['capawesome', '2xx', [], ['x-signature', 'standard-webhooks']],
    ['buildpixel', '2xx', [30, 120, 480, 1_920], ['x-buildpixel-signature', 'standard-webhooks']],
    ['appflow', '200', [60, 300, 900, 1_800, 3_600], ['standard-webhooks']],
    ['buildwire', '2xx', [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400], ['standard-webhooks']],
    ['cloudevents', '2xx', [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400], ['standard-webhooks']],
    ['cdevents', '2xx', [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400], ['standard-webhooks']],
  ])('the dialect %s is: %s, retries after %j s, signed by %j', (dialect, success, schedule, schemes) => {
    expect(rulesOfDialect(dialect)).toMatchObject({ success, schedule, schemes, pacing: null, permanent: { disables: { statuses: [410] }, ends: { statuses: [413] } } });
  });

  it.each<[Format, string, { requests: number; perMs: number }]>([
    ['slack', '200', { requests: 1, perMs: 1_000 }],
    ['discord', '2xx', { requests: 5, perMs: 2_000 }],
    ['teams', '2xx', { requests: 4, perMs: 1_000 }],
  ])('the format %s is: %s, paced, unsigned', (format, success, pacing) => {
    expect(rulesOfChat(format)).toMatchObject({ success, pacing, schemes: ['none'], permanent: { disables: { statuses: [410] }, ends: { statuses: [400, 401, 403, 404, 413] } } });
  });

  it('every dialect and format is what the API answers', () => {
    for (const dialect of dialects) expect(rules.strict().parse(rulesOfDialect(dialect))).toEqual(rulesOfDialect(dialect));
    for (const format of formats) expect(rules.strict().parse(rulesOfChat(format))).toEqual(rulesOfChat(format));
  });
});

describe('a webhook’s own rules', () => {
  it('take the place of the preset’s one by one', () => {
    const own = rulesOf(aWebhook({ dialect: 'appflow', success: '2xx', retry: { schedule: [1] }, limits: { perSecond: 7 } }));
    expect(own).toMatchObject({ success: '2xx', schedule: [1], schemes: ['standard-webhooks'], pacing: { requests: 7, perMs: 1_000 } });
    expect(rulesOf(aWebhook({ retry: { schedule: [] } })).schedule).toEqual([]);
    expect(rulesOf(aWebhook({ dialect: 'appflow', retry: {}, limits: {} }))).toEqual(rulesOfDialect('appflow'));
  });

  it.each([
    [[410, 422], [410], [422]],
    [[422], [], [422]],
    [[], [], []],
  ])('make %j permanent, of which %j disable and %j end', (permanent, disables, ends) => {
    const own = rulesOf(aWebhook({ retry: { permanent } })).permanent;
    expect([own.disables.statuses, own.ends.statuses]).toEqual([disables, ends]);
  });

  it('leave the codes of a chat target as they are', () => {
    const own = rulesOf(aWebhook({ format: 'discord', dialect: null, retry: { permanent: [] } })).permanent;
    expect(own.disables).toEqual({ statuses: [], codes: ['10015', '50027'] });
  });

  it.each<[Dialect, NonNullable<RuleSettings['signing']>, string[]]>([
    ['expo', { standardWebhooks: false }, ['expo-signature']],
    ['expo', { scheme: 'x-signature' }, ['x-signature', 'standard-webhooks']],
    ['expo', { scheme: 'none' }, ['standard-webhooks']],
    ['expo', { scheme: 'none', standardWebhooks: false }, ['none']],
    ['appflow', { standardWebhooks: false }, ['none']],
    ['expo', { scheme: 'standard-webhooks-ed25519' }, ['standard-webhooks-ed25519']],
    ['buildwire', { standardWebhooks: false }, ['standard-webhooks']],
    ['buildwire', { scheme: 'expo-signature' }, ['expo-signature', 'standard-webhooks']],
  ])('of the dialect %s with %j sign by %j', (dialect, signing, schemes) => {
    expect(rulesOf(aWebhook({ dialect, signing })).schemes).toEqual(schemes);
  });

  it('never sign a header twice, and never nothing', () => {
    for (const dialect of dialects) {
      for (const scheme of schemeNames) {
        for (const standardWebhooks of [true, false]) {
          const { schemes } = rulesOf(aWebhook({ dialect, signing: { scheme, standardWebhooks } }));
          expect(schemes.filter((name) => name.startsWith('standard-webhooks')).length).toBeLessThanOrEqual(1);
          expect(schemes.length === 1 || !schemes.includes('none')).toBe(true);
        }
      }
    }
  });
});

describe('isSuccess', () => {
  it.each([
    ['2xx', [200, 201, 204, 299], [199, 300, 302, 404, 500]],
    ['200', [200], [199, 201, 202, 204, 302]],
    ['200-399', [200, 204, 302, 399], [199, 400, 500]],
  ] as const)('by the rule %s takes %j and nothing of %j', (rule, yes, no) => {
    expect(yes.every((status) => isSuccess(rule, status))).toBe(true);
    expect(no.some((status) => isSuccess(rule, status))).toBe(false);
  });
});
