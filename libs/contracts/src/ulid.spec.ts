import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ulid, ulidTime } from './ulid.js';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const MAX_TIME = 2 ** 48 - 1;

describe('a ULID', () => {
  it.each([
    [1_778_423_025_123, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], '01KR94BKF3000G40R40M30E209'],
    [1_778_423_025_123, [255, 128, 64, 32, 16, 8, 4, 2, 1, 254], '01KR94BKF3ZY04080G102040FY'],
    [0, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0], '00000000000000000000000000'],
    [MAX_TIME, [255, 255, 255, 255, 255, 255, 255, 255, 255, 255], '7ZZZZZZZZZZZZZZZZZZZZZZZZZ'],
  ])('of %s and %j', (timeMs, bytes, expected) => {
    expect(ulid(timeMs, String.fromCharCode(...bytes))).toBe(expected);
  });

  it('is the number that time and bytes make, in base 32', () => {
    const entropy = fc.uint8Array({ minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(fc.nat({ max: MAX_TIME }), entropy, (timeMs, bytes) => {
        const text = ulid(timeMs, String.fromCharCode(...bytes));
        const number = bytes.reduce((all, byte) => (all << 8n) | BigInt(byte), BigInt(timeMs));
        expect(text).toHaveLength(26);
        expect([...text].reduce((all, character) => all * 32n + BigInt(ALPHABET.indexOf(character)), 0n)).toBe(number);
        expect(ulidTime(text)).toBe(timeMs);
      }),
    );
  });

  it('takes ten bytes, no more and no less', () => {
    expect(() => ulid(0, 'nine byte')).toThrow(RangeError);
    expect(() => ulid(0, 'eleven byte')).toThrow(RangeError);
  });
});
