/*
 * Text that people wrote (commit messages, branch names, what a compiler printed) on its way into a chat message:
 * first `oneLine` or `firstLines`, then `fit` with the escape of the target, so that no escape is ever cut in half.
 */

const LINE_END = /\r\n?|[\n\v\f\u0085\u2028\u2029]/g;
/** A byte order mark counts as white space in JavaScript. */
const BLANK = /(?!\ufeff)\s/g;
/** Controls, bidi marks, zero-width and other characters that show nothing, hide something or turn the line around. */
const INVISIBLE = /[\p{Cc}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\ufff9-\ufffb\u2800]/gu;
/** Emoji are put together with variation selectors and joiners, which are invisible elsewhere. */
const EMOJI = /\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})?(?:\u200d\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})?)*/gu;
const ELLIPSIS = '…';
/** A card shows far less; an event may hold far more. */
const MAX_LOOKED_AT = 16_384;

/** The text on one line, without what cannot be seen; undefined if nothing is left: chat targets refuse empty text. */
export function oneLine(text: unknown, max: number): string | undefined {
  if (typeof text !== 'string') return undefined;
  return cut(visible(text.slice(0, MAX_LOOKED_AT)).replace(/ +/g, ' ').trim(), max) || undefined;
}

/** The first line that says something. */
export function firstLine(text: unknown, max: number): string | undefined {
  return oneLine(linesOf(text).find((line) => oneLine(line, max) !== undefined), max);
}

/** The first lines that say something, with an ellipsis if there are more. */
export function firstLines(text: unknown, maxLines: number, max: number): string | undefined {
  const lines = linesOf(text).map((line) => visible(line).trimEnd()).filter((line) => line !== '');
  const kept = lines.slice(0, maxLines).join('\n');
  return cut(lines.length > maxLines ? `${kept} ${ELLIPSIS}` : kept, max) || undefined;
}

/** As much of the text as fits when escaped, in UTF-16 units, with an ellipsis if that is not all. `escape` is asked about each code point alone. */
export function fit(text: string, max: number, escape: (character: string) => string): string {
  const escaped = Array.from(text, (character) => escape(character));
  const whole = escaped.join('');
  if (whole.length <= max) return whole;
  let length = ELLIPSIS.length;
  return escaped.slice(0, escaped.findIndex((part) => (length += part.length) > max)).join('') + ELLIPSIS;
}

/** The first code points, with an ellipsis if there are more. */
function cut(text: string, max: number): string {
  // A code point is at most two units: what comes later need not be looked at.
  const points = Array.from(text.slice(0, 2 * max + 2));
  return points.length > max ? points.slice(0, max - 1).join('').trimEnd() + ELLIPSIS : text;
}

function linesOf(text: unknown): string[] {
  return typeof text === 'string' ? text.slice(0, MAX_LOOKED_AT).replace(LINE_END, '\n').split('\n') : [];
}

function visible(text: string): string {
  const given = text.toWellFormed().replace(BLANK, ' ');
  let seen = 0;
  const parts = Array.from(given.matchAll(EMOJI), ({ 0: emoji, index }) => {
    const before = given.slice(seen, index).replace(INVISIBLE, '');
    seen = index + emoji.length;
    return before + emoji;
  });
  return parts.join('') + given.slice(seen).replace(INVISIBLE, '');
}
