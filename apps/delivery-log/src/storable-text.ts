const UNSTORABLE = /[\0\ud800-\udfff]/;

/** The text as a Postgres column can hold it: U+FFFD stands for NUL characters and for halves of surrogate pairs. */
export function storable(text: string): string {
  return UNSTORABLE.test(text) ? wellFormed(text).replaceAll('\0', '\ufffd') : text;
}

/** The text that its own UTF-8 bytes mean: without halves of surrogate pairs. */
export function wellFormed(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}

/** Bytes in the notation that Postgres reads. */
export function hexBytes(bytes: Buffer): string {
  return `\\x${bytes.toString('hex')}`;
}
