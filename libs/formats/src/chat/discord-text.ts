import { fit } from './text.js';

/** Every character that begins markup, a mention, an emoji, a time or, in `://`, a link. Discord shows what a backslash precedes as it is. */
const MARKUP = /[\\`*_~|>#\-[\]()<@:]/;
const FENCE = '```';

/** At most `max` characters of markup that shows the text. */
export function escaped(text: string, max: number): string {
  return fit(text, max, (character) => (MARKUP.test(character) ? `\\${character}` : character));
}

/** A backslash is no escape in code: a backtick can only be replaced. */
export function codeSpan(text: string, max: number): string {
  return `\`${withoutBackticks(text, max - 2)}\``;
}

export function codeBlock(text: string, max: number): string {
  return `${FENCE}\n${withoutBackticks(text, max - 2 * FENCE.length - 2)}\n${FENCE}`;
}

/** A link with words of our own. A parenthesis would end it. */
export function maskedLink(label: string, url: string): string {
  return `[${label}](${url.replaceAll('(', '%28').replaceAll(')', '%29')})`;
}

function withoutBackticks(text: string, max: number): string {
  return fit(text, max, (character) => (character === '`' ? "'" : character));
}
