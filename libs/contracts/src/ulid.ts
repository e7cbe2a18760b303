/** Crockford's base 32, as ULIDs use it: sorts as the bytes do. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_CHARACTERS = 10;
const RANDOM_CHARACTERS = 16;
const RANDOM_BYTES = 10;
const MAX_TIME = 2 ** 48 - 1;

/** A ULID of a time in epoch milliseconds and ten bytes; https://github.com/ulid/spec. */
export function ulid(timeMs: number, entropy: Uint8Array): string {
  return encodeTime(timeMs) + encodeEntropy(entropy);
}

/** The time a ULID carries, in epoch milliseconds; undefined if `text` is not a ULID. */
export function ulidTime(text: string): number | undefined {
  if (!/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(text)) return undefined;
  return [...text.slice(0, TIME_CHARACTERS)].reduce((time, character) => time * 32 + ALPHABET.indexOf(character), 0);
}

function encodeTime(timeMs: number): string {
  if (!Number.isInteger(timeMs) || timeMs < 0 || timeMs > MAX_TIME) throw new RangeError(`not a ULID time: ${timeMs}`);
  let rest = timeMs;
  let text = '';
  for (let index = 0; index < TIME_CHARACTERS; index++) {
    text = ALPHABET.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

function encodeEntropy(entropy: Uint8Array): string {
  if (entropy.length !== RANDOM_BYTES) throw new RangeError(`a ULID takes ${RANDOM_BYTES} bytes, not ${entropy.length}`);
  let bits = entropy.reduce((all, byte) => (all << 8n) | BigInt(byte), 0n);
  let text = '';
  for (let index = 0; index < RANDOM_CHARACTERS; index++) {
    text = ALPHABET.charAt(Number(bits & 31n)) + text;
    bits >>= 5n;
  }
  return text;
}
