import { describe, expect, it } from 'vitest';
import { mergeWebhook } from './merge-webhook.js';
import { ProblemError } from './problem.js';
import { createWebhook, updateWebhook } from './webhooks.js';

const raw = createWebhook.parse({ name: 'CI', url: 'https://example.com/hook', events: ['*'] });
const slack = createWebhook.parse({ name: 'CI', url: 'https://hooks.slack.com/services/T1/B1/x', events: ['*'], format: 'slack', options: { showCanceled: true } });

describe('mergeWebhook', () => {
  it('changes what is given and nothing else', () => {
    expect(mergeWebhook(raw, updateWebhook.parse({ name: 'New', success: '200' }))).toEqual({ ...raw, name: 'New', success: '200' });
  });

  it('takes the dialect from a webhook that becomes a chat format, and keeps the secret out of the settings', () => {
    expect(mergeWebhook(raw, { format: 'slack' })).toEqual({ ...raw, format: 'slack', dialect: null });
    expect(mergeWebhook(slack, { format: 'raw', url: raw.url, options: {}, secret: 'x'.repeat(16) })).toEqual({ ...slack, format: 'raw', url: raw.url, options: {}, dialect: 'buildwire' });
    expect(mergeWebhook(slack, { format: 'raw', dialect: 'expo', url: raw.url, options: {}, secret: 'x'.repeat(16) }).dialect).toBe('expo');
  });

  it('keeps the dialect when the format stays', () => {
    expect(mergeWebhook({ ...raw, dialect: 'eas' }, { format: 'raw' }).dialect).toBe('eas');
  });

  it.each([
    ['a chat format with a dialect', slack, { dialect: 'expo' }, ['/dialect']],
    ['a chat format with a secret', slack, { secret: 'x'.repeat(16) }, ['/secret']],
    ['raw bodies to Slack, with a card’s options and no secret', slack, { format: 'raw' }, ['/options/showCanceled', '/format', '/secret']],
    ['raw bodies without a dialect', raw, { dialect: null }, ['/dialect']],
    ['a retired address', raw, { url: 'https://outlook.office.com/webhook/1' }, ['/url']],
    ['Ed25519 with the old shared secret', raw, { signing: { scheme: 'standard-webhooks-ed25519' } }, ['/secret']],
    ['Ed25519 with a new shared secret', raw, { signing: { scheme: 'standard-webhooks-ed25519' }, secret: 'x'.repeat(16) }, ['/secret']],
  ] as const)('refuses %s', (_what, current, change, pointers) => {
    const problem = problemOf(() => mergeWebhook(current, updateWebhook.parse(change)));
    expect(problem.code).toBe('invalid_request');
    expect(problem.faults.map(({ pointer }) => pointer)).toEqual(pointers);
  });

  it('takes a private key with the scheme that signs with it, and goes on with it', () => {
    const merged = mergeWebhook(raw, { signing: { scheme: 'standard-webhooks-ed25519' }, secret: 'whsk_' + 'A'.repeat(44) });
    expect(mergeWebhook(merged, { name: 'New' }).signing).toEqual({ scheme: 'standard-webhooks-ed25519' });
  });
});

function problemOf(work: () => unknown): ProblemError {
  try {
    work();
  } catch (error) {
    if (error instanceof ProblemError) return error;
  }
  throw new Error('no problem was found');
}
