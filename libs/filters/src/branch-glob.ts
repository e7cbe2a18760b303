/** Git allows no longer names. It also bounds the work: a pattern costs its length times the branch's, whatever it holds. */
const MAX_BRANCH = 255;

/** `**` with its slash at the start of a part stands for any number of whole parts, none included. */
const TOKEN = /(?<=^|\/)\*\*\/|\*{2,}|\*|\?|[^]/gu;

/**
 * Is it one of these branches? Patterns after `!` take branches away, wherever they stand; with none but those, all others
 * fit. The patterns are not made into a regular expression: a handful of stars could keep one busy for minutes.
 */
export function matchesBranches(patterns: readonly string[], branch: string): boolean {
  const unwanted = patterns.filter((pattern) => pattern.startsWith('!'));
  const wanted = patterns.filter((pattern) => !pattern.startsWith('!'));
  if (unwanted.some((pattern) => matchesGlob(pattern.slice(1), branch))) return false;
  return wanted.length === 0 || wanted.some((pattern) => matchesGlob(pattern, branch));
}

/** `*` stands for anything but a slash, `**` for anything, `?` for one character but a slash. A branch of more than 255 characters fits none. */
export function matchesGlob(pattern: string, branch: string): boolean {
  const text = [...branch];
  if (text.length > MAX_BRANCH) return false;
  // rest[at]: does what is left of the pattern fit the text from `at` on?
  let rest: boolean[] = text.map(() => false);
  rest.push(true);
  for (const token of (pattern.match(TOKEN) ?? []).reverse()) rest = before(token, text, rest);
  return rest[0] === true;
}

/** The same for one token more, given what follows it. */
function before(token: string, text: readonly string[], rest: readonly boolean[]): boolean[] {
  const fits: boolean[] = [];
  let laterPart = false;
  for (let at = text.length; at >= 0; at--) {
    const character = text[at];
    laterPart ||= character === '/' && rest[at + 1] === true;
    fits[at] = fitsAt(token, character, { here: rest[at] === true, afterOne: rest[at + 1] === true, onward: fits[at + 1] === true, laterPart });
  }
  return fits;
}

interface Surroundings {
  /** What follows the token fits from here on. */
  here: boolean;
  /** … after one more character. */
  afterOne: boolean;
  /** … after one or more characters of the token's. */
  onward: boolean;
  /** … after some later slash. */
  laterPart: boolean;
}

function fitsAt(token: string, character: string | undefined, { here, afterOne, onward, laterPart }: Surroundings): boolean {
  if (token === '**/') return here || laterPart;
  if (token.startsWith('**')) return here || onward;
  if (token === '*') return here || (character !== '/' && onward);
  if (token === '?') return character !== undefined && character !== '/' && afterOne;
  return character === token && afterOne;
}
