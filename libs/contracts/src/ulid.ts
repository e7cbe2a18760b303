/** Crockford's base 32, as ULIDs use it: sorts as the bytes do. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** Two characters for each ten bits. A look-up for five bits, or a BigInt for all, takes three to ten times as long. */
const PAIRS = Array.from({ length: 1024 }, (_, bits) => ALPHABET.charAt(bits >> 5) + ALPHABET.charAt(bits & 31));
const TIME_CHARACTERS = 10;
const RANDOM_BYTES = 10;
const MAX_TIME = 2 ** 48 - 1;

/** A ULID of a time in epoch milliseconds and ten bytes, each a character up to U+00FF; https://github.com/ulid/spec. */
export function ulid(timeMs: number, entropy: string): string {
  if (entropy.length !== RANDOM_BYTES) throw new RangeError(`a ULID takes ${RANDOM_BYTES} bytes, not ${entropy.length}`);
  return encodeTime(timeMs) + encodeFive(entropy, 0) + encodeFive(entropy, 5);
}

/** The time a ULID carries, in epoch milliseconds; undefined if `text` is not a ULID. */
export function ulidTime(text: string): number | undefined {
  if (!/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(text)) return undefined;
  let time = 0;
  for (let index = 0; index < TIME_CHARACTERS; index++) time = time * 32 + ALPHABET.indexOf(text.charAt(index));
  return time;
}

function encodeTime(timeMs: number): string {
  if (!Number.isInteger(timeMs) || timeMs < 0 || timeMs > MAX_TIME) throw new RangeError(`not a ULID time: ${timeMs}`);
  const high = Math.floor(timeMs / 2 ** 20);
  const low = timeMs % 2 ** 20;
  return `${pair(high >> 20)}${pair(high >> 10)}${pair(high)}${pair(low >> 10)}${pair(low)}`;
}

/** Forty bits, which fit no 32-bit integer. */
function encodeFive(bytes: string, at: number): string {
  const [first, second, third, fourth, fifth] = [bytes.charCodeAt(at), bytes.charCodeAt(at + 1), bytes.charCodeAt(at + 2), bytes.charCodeAt(at + 3), bytes.charCodeAt(at + 4)];
  return `${pair((first << 2) | (second >> 6))}${pair((second << 4) | (third >> 4))}${pair((third << 6) | (fourth >> 2))}${pair((fourth << 8) | fifth)}`;
}

/** Of the lowest ten bits. */
function pair(bits: number): string {
  return PAIRS[bits & 1023] ?? '';
}
