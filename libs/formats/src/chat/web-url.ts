/** What URL.href leaves as it is although it ends or splits a link in one of the chat targets, or is no URI by RFC 3986. */
const UNSAFE = /[\s|<>"'`^{}\\[\]#]|%(?![\da-f]{2})/gi;
/** A host may hold quotes and braces by the URL standard, where they cannot be encoded. */
const HOST = /^(\[[\da-f:.]+\]|[\w.-]+)(:\d+)?$/i;

/**
 * The address as a chat message may carry it: http or https only, without a user and password, every character encoded
 * that could end the link. Undefined if it is another scheme, no address at all, or longer than the target takes.
 */
export function webUrl(text: unknown, max: number): string | undefined {
  if (typeof text !== 'string' || text.length > max || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  if ((url.protocol !== 'https:' && url.protocol !== 'http:') || !HOST.test(url.host)) return undefined;
  const { origin, pathname, search, hash } = url;
  const href = origin + encoded(pathname + search) + hash.slice(0, 1) + encoded(hash.slice(1));
  return href.length > max ? undefined : href;
}

function encoded(text: string): string {
  return text.replace(UNSAFE, percentEncoded);
}

function percentEncoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
