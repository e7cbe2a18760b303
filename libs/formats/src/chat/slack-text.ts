import { fit } from './text.js';

/*
 * Slack's markup has three characters with a meaning that an escape takes away, which makes every mention, link and date
 * inert. It has no escape for `*`, `_`, `~` and backticks: the first three can at worst change the looks of their own text.
 */

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const FENCE = '```';

/** At most `max` characters of markup that shows the text. */
export function escaped(text: string, max: number): string {
  return fit(text, max, (character) => (character === '`' ? "'" : entity(character)));
}

/** Where Slack looks for addresses by itself. */
export function unlinked(text: string, max: number): string {
  return escaped(text.replaceAll('://', ': //'), max);
}

/** The text of a link ends at a bar in some clients. */
export function label(text: string, max: number): string {
  return escaped(text.replaceAll('|', '¦'), max);
}

export function codeSpan(text: string, max: number): string {
  return `\`${escaped(text, max - 2)}\``;
}

export function codeBlock(text: string, max: number): string {
  return FENCE + escaped(text, max - 2 * FENCE.length) + FENCE;
}

function entity(character: string): string {
  return ENTITIES[character] ?? character;
}
