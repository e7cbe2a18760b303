/**
 * How records lie in a NATS message. Three parts, each but the last ended by a line feed:
 *
 * 1. the records, as a JSON array, without the texts that travel aside;
 * 2. of each record the place of its text, and of each text its length in bytes, as `{ "of": [0, 0, 1], "bytes": [812, 97] }`;
 * 3. the texts, one after the other, in UTF-8.
 *
 * A message without such texts is its first part alone. JSON as it is written here holds no line feed.
 */

/** A text and its length in UTF-8. */
export interface Measured {
  text: string;
  bytes: number;
}

/** A record to be packed: its JSON without the text that travels aside, and that text if it has one. */
export interface Packed {
  json: Measured;
  aside?: Measured | undefined;
}

/** What a message holds: the records as they were parsed, and the text of each. */
export interface Opened {
  parsed: unknown;
  textOf(index: number): string | undefined;
}

interface Places {
  of: number[];
  bytes: number[];
}

const LINE_FEED = 10;
const [OPEN, COMMA, CLOSE] = [measured('['), measured(','), measured(']')];

export function measured(text: string): Measured {
  return { text, bytes: Buffer.byteLength(text) };
}

/** One message of these records, at least one. Each text is in it once. */
export function packFrame(records: readonly Packed[]): Buffer {
  const parts = records.flatMap(({ json }, index) => [index === 0 ? OPEN : COMMA, json]);
  parts.push(CLOSE);
  if (records[0]?.aside !== undefined) parts.push(...asideOf(records));
  return concatenated(parts);
}

/** Throws a `SyntaxError` for what is no frame. */
export function openFrame(data: Uint8Array): Opened {
  const frame = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const headEnd = frame.indexOf(LINE_FEED);
  if (headEnd === -1) return { parsed: JSON.parse(frame.toString()), textOf: () => undefined };
  const placesEnd = frame.indexOf(LINE_FEED, headEnd + 1);
  const parsed: unknown = JSON.parse(frame.toString('utf8', 0, headEnd));
  const { of, bytes } = placesOf(JSON.parse(frame.toString('utf8', headEnd + 1, placesEnd)));
  let end = placesEnd + 1;
  const texts = bytes.map((length) => frame.toString('utf8', end, (end += length)));
  if (end !== frame.length) throw new SyntaxError('its texts are not as long as it says');
  return { parsed, textOf: (index) => texts[of[index] ?? -1] };
}

/** The second and the third part. */
function asideOf(records: readonly Packed[]): Measured[] {
  const places = new Map<string, number>();
  const texts: Measured[] = [];
  const of = records.map(({ aside = measured('') }) => {
    const place = places.get(aside.text) ?? texts.push(aside) - 1;
    places.set(aside.text, place);
    return place;
  });
  const line = JSON.stringify({ of, bytes: texts.map(({ bytes }) => bytes) });
  return [measured(`\n${line}\n`), ...texts];
}

/** Written at once: joined as a string first, everything would be copied twice. */
function concatenated(parts: readonly Measured[]): Buffer {
  const frame = Buffer.allocUnsafeSlow(parts.reduce((sum, { bytes }) => sum + bytes, 0));
  let at = 0;
  // Nearly all is ASCII, which needs no encoding.
  for (const { text, bytes } of parts) at += frame.write(text, at, bytes === text.length ? 'latin1' : 'utf8');
  return frame;
}

function placesOf(value: unknown): Places {
  if (isObject(value) && areCounts(value['of']) && areCounts(value['bytes'])) return { of: value['of'], bytes: value['bytes'] };
  throw new SyntaxError('it does not say where its texts are');
}

function isObject(value: unknown): value is { [key: string]: unknown } {
  return typeof value === 'object' && value !== null;
}

function areCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0);
}
