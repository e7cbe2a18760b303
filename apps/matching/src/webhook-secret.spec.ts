import { describe, expect, it } from 'vitest';
import { generateSecret, standardSecretOf } from './webhook-secret.js';

describe('a webhook secret', () => {
  it('keeps its key in the whsec_ form', () => {
    expect(standardSecretOf('a-plain-secret-é')).toBe(`whsec_${Buffer.from('a-plain-secret-é').toString('base64')}`);
    expect(standardSecretOf('whsec_MDEyMzQ1Njc4OWFiY2RlZg==')).toBe('whsec_MDEyMzQ1Njc4OWFiY2RlZg==');
  });

  it('is generated with 32 random bytes', () => {
    expect(Buffer.from(generateSecret().slice('whsec_'.length), 'base64')).toHaveLength(32);
    expect(standardSecretOf(generateSecret())).toMatch(/^whsec_/);
    expect(generateSecret()).not.toBe(generateSecret());
  });

  it.each(['whsec_MDEyMzQ1Njc4OWFiY2RlZg', 'whsec_not base64 at all!', 'whsec_c2hvcnQ=', `whsec_${Buffer.alloc(3_001).toString('base64')}`])('%.30s is refused, and not repeated', (secret) => {
    expect(() => standardSecretOf(secret)).toThrow(expect.objectContaining({ code: 'invalid_request', faults: [{ pointer: '/secret', detail: expect.not.stringContaining(secret) as string }] }) as Error);
  });
});
