/*
 * RFC 3986, by its grammar. `URL.canParse` takes, and `URL.href` leaves, characters that the validators of CloudEvents and
 * CDEvents refuse.
 */

const NAME = String.raw`(?:[\w\-.~!$&'()*+,;=]|%[0-9A-Fa-f]{2})`;
const PATH = `(?:${NAME}|[:@/])*`;
const SCHEME = '[A-Za-z][A-Za-z0-9+.-]*:';
const HOST = String.raw`(?:\[[0-9A-Fa-f:.]+\]|${NAME}*)`;
const AUTHORITY = String.raw`//(?:(?:${NAME}|:)*@)?${HOST}(?::\d*)?(?=[/?#]|$)`;
const REST = String.raw`(?:${AUTHORITY}|(?!//))${PATH}(?:\?(?:${NAME}|[:@/?])*)?(?:#(?:${NAME}|[:@/?])*)?`;
/** A scheme alone is one by the grammar, but not to validators. */
const URI = new RegExp(`^${SCHEME}(?![?#]|$)${REST}$`);
/** Without a scheme, a colon may not stand before the first slash. */
const RELATIVE = new RegExp(`^(?![^/?#]*:)${REST}$`);
const ILLEGAL = /%(?![0-9A-Fa-f]{2})|[^\w\-.~!$&'()*+,;=:@/?#%]/gu;

/** The text as a URI reference: as it is when it is one, else with its segments encoded. */
export function uriReference(text: string): string {
  if (isUri(text) || RELATIVE.test(text)) return text;
  return uri(text) ?? text.split('/').map(percentEncoded).join('/');
}

/** The text as a URI with a scheme, encoded where it must be; undefined when it is none. */
export function uri(text: string | undefined): string | undefined {
  if (text === undefined || isUri(text)) return text;
  if (!URL.canParse(text)) return undefined;
  const { href } = new URL(text);
  return [href, legal(href)].find(isUri);
}

/** Text as one part of a URI, where nothing but letters, digits, `-`, `.`, `_` and `~` stands for itself. */
export function percentEncoded(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** A second `#` is a legal character of a fragment to the URL parser only. */
function legal(href: string): string {
  const [beforeFragment = '', ...fragment] = href.replace(ILLEGAL, percentEncoded).split('#');
  return fragment.length === 0 ? beforeFragment : `${beforeFragment}#${fragment.join('%23')}`;
}

/** What is between the brackets of an address is for the URL parser to judge. */
function isUri(text: string): boolean {
  return URI.test(text) && (!text.includes('[') || URL.canParse(text));
}
