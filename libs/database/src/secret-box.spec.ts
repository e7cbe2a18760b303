import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { InvalidSecretsKeyError, SecretBox, SecretNotReadableError } from './secret-box.js';

const OLD = 'an-old-key-of-more-than-32-characters';
const NEW = 'a-new-key-of-more-than-32-characters!';
const PLAIN = Buffer.from('whsec_of_somebody');
const CONTEXT = 'org_a|whk_1|s1';

describe('a secret box', () => {
  it('opens what it sealed', () => {
    const box = new SecretBox(OLD);
    const { sealed, keyId } = box.seal(PLAIN, CONTEXT);
    expect(sealed.includes(PLAIN)).toBe(false);
    expect(box.open(sealed, keyId, CONTEXT)).toEqual(PLAIN);
  });

  it('never seals twice alike', () => {
    const box = new SecretBox(OLD);
    expect(box.seal(PLAIN, CONTEXT).sealed).not.toEqual(box.seal(PLAIN, CONTEXT).sealed);
  });

  it('opens with an older key of the list and seals with the first', () => {
    const { sealed, keyId } = new SecretBox(OLD).seal(PLAIN, CONTEXT);
    const rotated = new SecretBox(`new:${NEW}, ${OLD}`);
    expect(rotated.open(sealed, keyId, CONTEXT)).toEqual(PLAIN);
    expect(rotated.seal(PLAIN, CONTEXT).keyId).toBe('new');
  });

  it('names a key by its value unless told otherwise', () => {
    expect(new SecretBox(OLD).seal(PLAIN, CONTEXT).keyId).toMatch(/^[0-9a-f]{8}$/);
    expect(new SecretBox(OLD).seal(PLAIN, CONTEXT).keyId).not.toBe(new SecretBox(NEW).seal(PLAIN, CONTEXT).keyId);
  });

  it('does not open with a key that is not in the list, nor with another key of the same name', () => {
    const { sealed, keyId } = new SecretBox(OLD).seal(PLAIN, CONTEXT);
    expect(() => new SecretBox(NEW).open(sealed, keyId, CONTEXT)).toThrow(SecretNotReadableError);
    expect(() => new SecretBox(`${keyId}:${NEW}`).open(sealed, keyId, CONTEXT)).toThrow(SecretNotReadableError);
  });

  it('does not open in another row', () => {
    const box = new SecretBox(OLD);
    const { sealed, keyId } = box.seal(PLAIN, CONTEXT);
    expect(() => box.open(sealed, keyId, 'org_b|whk_1|s1')).toThrow(SecretNotReadableError);
  });

  it('does not open when any bit was flipped or the end is missing', () => {
    const box = new SecretBox(OLD);
    const { sealed, keyId } = box.seal(PLAIN, CONTEXT);
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const flipped = Buffer.from(sealed);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => box.open(flipped, keyId, CONTEXT)).toThrow(SecretNotReadableError);
    }
    for (let length = 0; length < sealed.length; length++) expect(() => box.open(sealed.subarray(0, length), keyId, CONTEXT)).toThrow(SecretNotReadableError);
  });

  it('never says the secret or the key in its errors', () => {
    const { sealed } = new SecretBox(OLD).seal(PLAIN, CONTEXT);
    const faults = [() => new SecretBox(OLD).open(sealed, 'other', CONTEXT), () => new SecretBox('too-short-a-key')].map(messageOf);
    for (const message of faults) expect(message).not.toMatch(/somebody|too-short|an-old-key/);
  });

  it('refuses keys that are short, absent or named alike', () => {
    for (const key of ['', 'short', `${OLD},`, `id:${'x'.repeat(31)}`, `a:${OLD},a:${NEW}`, `${OLD},${OLD}`]) expect(() => new SecretBox(key)).toThrow(InvalidSecretsKeyError);
  });

  it('seals any bytes, none included', () => {
    const box = new SecretBox(randomBytes(32).toString('base64'));
    for (const plain of [Buffer.alloc(0), randomBytes(5_000)]) {
      const { sealed, keyId } = box.seal(plain, '');
      expect(box.open(sealed, keyId, '')).toEqual(plain);
    }
  });
});

function messageOf(work: () => unknown): string {
  try {
    work();
    return '';
  } catch (error) {
    return String(error);
  }
}
