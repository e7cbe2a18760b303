import { rulesOf } from '@buildwire/contracts';
import type { RuleSettings } from '@buildwire/contracts';
import { describe, expect, it } from 'vitest';
import { SharedRules } from './shared-rules.js';

const preset: RuleSettings = { format: 'raw', dialect: 'buildwire', success: null, retry: null, signing: null, limits: null };
const various: RuleSettings[] = [
  preset,
  { ...preset, dialect: 'expo' },
  { ...preset, format: 'slack', dialect: null },
  { ...preset, success: '200' },
  { ...preset, retry: { schedule: [1, 2] } },
  { ...preset, retry: { permanent: [404] } },
  { ...preset, signing: { standardWebhooks: false } },
  { ...preset, limits: { perSecond: 5 } },
];

describe('shared rules', () => {
  it('are those that follow from the settings, each of them', () => {
    const shared = new SharedRules();
    expect(various.map((settings) => shared.of(settings))).toEqual(various.map(rulesOf));
    expect(new Set(various.map((settings) => shared.of(settings))).size).toBe(various.length);
  });

  it('are one object for equal settings, whatever else a webhook sets', () => {
    const shared = new SharedRules();
    const limits = { timeoutMs: 500, perSecond: undefined };
    const other = { ...preset, limits };
    expect(shared.of(other)).toBe(shared.of({ ...preset }));
  });

  it('stay right beyond what is kept', () => {
    const shared = new SharedRules();
    for (let perSecond = 1; perSecond <= 1_001; perSecond++) expect(shared.of({ ...preset, limits: { perSecond } }).pacing).toEqual({ requests: perSecond, perMs: 1_000 });
    expect(shared.of(preset)).toEqual(rulesOf(preset));
  });
});
