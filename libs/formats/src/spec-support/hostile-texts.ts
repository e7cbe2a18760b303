import { isOperationalEvent } from '@buildwire/contracts';
import type { Artifact, Event } from '@buildwire/contracts';
import fc from 'fast-check';

/** What people and attackers put into branch names, commit messages and logs. */
export const hostileTexts = [
  '',
  ' \t\n ',
  '<!channel> <!here|here> <!everyone>',
  '<@U024BE7LH> <#C024BE7LR> <!subteam^SAZ94GDB8>',
  '<https://evil.example|Click here>',
  '<!date^1392734382^{date}^https://evil.example|x>',
  '@everyone @here <@80351110224678912> <@&165511591545143296> <#103735883630395392> <:a:41771983429993937> </airhorn:816437322781949972>',
  '<at>ada@example.com</at> < at >x</ at >',
  '[x](javascript:alert(1)) [Click here](https://evil.example) ![i](https://evil.example/i.png)',
  'https://evil.example/?a=1&b=2 http://evil.example mailto:a@evil.example',
  '```\nbroken out\n``` `code` `` `a` ``',
  '`',
  '\\` \\\\ \\*',
  '* _ ~ ** __ ~~ || > >>> # ## - + 1. | a | b |',
  '{{DATE(2026-05-10T14:23:45Z, SHORT)}} ${id} %s {0}',
  '"}]},{"type":"section"',
  '&amp; &lt;!channel&gt; &#39; <b>bold</b> <script>alert(1)</script>',
  '\u202egnp.exe\u202c \u2066x\u2069 \u200f\u061c abc\u200b\u200d\u2060\ufeff\u00ad',
  '\u0000\u0007\u001b[31mred\u001b[0m\u007f\u0085',
  'line one\r\nline two\rline three\u2028line four\u2029line five',
  '\ud83e half \udd8a',
  'github 🦊 👨‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ✔️ 👍🏽',
  'ｅｖｅｒｙｏｎｅ مرحبا שלום 日本語',
  'Z̸͎̈́ͅa̷͚͝l̶̨̈g̵͇̈́o̴̰͠',
  '\u3164\u2800\u115f',
  'x'.repeat(10_000),
  '🦊'.repeat(10_000),
  '<&>'.repeat(4_000),
  '`'.repeat(9_000),
  '*_~`|>#-[]()<@:\\'.repeat(700),
  'ʼ"\\\n'.repeat(3_000),
  '一二三四五\n'.repeat(2_000),
];

/** Addresses that must not become a link, or only a harmless one. */
export const hostileUrls = [
  'javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'file:///etc/passwd',
  'slack://open',
  'https://user:secret@evil.example/',
  'https://e.example/a|b>c<d"e\'f`g{h}i\\j k^l',
  'https://e.example/(a)[b]?c=(d)&e=[f]#)](g',
  "https://e'`{}\".example/",
  'https://e.example/\u202e🦊\u0000?q=日本#ü',
  `https://e.example/${'x'.repeat(600)}`,
  `https://e.example/${'&'.repeat(1_500)}`,
  `https://e.example/${'🦊'.repeat(1_000)}`,
  `https://e.example/${'x'.repeat(2_500)}`,
  `https://e.example/${'('.repeat(2_500)}`,
  `https://e.example/${'x'.repeat(5_000)}`,
  'https://e.example:443/x?sig=a%2Fb',
];

/** Any text, with a liking for what has a meaning somewhere. */
export const hostileText = fc.oneof(
  fc.constantFrom(...hostileTexts, ...hostileUrls),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.array(fc.constantFrom('<', '>', '&', '@', '!', '|', '`', '```', '*', '_', '~', '[', ']', '(', ')', '\\', '\n', '://', 'https://e.example', '<!channel>', '<at>', '</at>', '@everyone', '\u202e', '\u200d', '🦊', '\ud83e', '…', 'a'), { maxLength: 200 }).map((parts) => parts.join('')),
);

/** As long as what it is asked about, so that every target's limit is met. */
export function hostileDownloadUrl({ url }: Artifact): string {
  return `https://download.example/v1/artifacts/${encodeURIComponent(url.toWellFormed())}`;
}

/** What only we write, or what ingestion has checked to be one of a few words. */
const OURS = new Set(['specVersion', 'occurredAt', 'receivedAt', 'subject', 'state', 'openUntil']);

/** The event with this text in place of every text that a producer writes, and with this address wherever an address is meant. */
export function withHostile(event: Event, text: string, url: string): Event {
  const replaced = (value: unknown, key: string): unknown => {
    if (OURS.has(key) || key.endsWith('At')) return value;
    if (typeof value === 'string') return /url$/i.test(key) ? url : text;
    if (Array.isArray(value)) return value.map((inner) => replaced(inner, key));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([inner, its]) => [inner, replaced(its, inner)]));
  };
  const full = { ...(replaced(withMore(event), '') as Event), type: event.type } as Event;
  // Ingestion takes no other characters in an id.
  const id = text.replace(/[^\x21-\x7e]/g, '').slice(0, 200) || event.id;
  const webhook = isOperationalEvent(event) && isOperationalEvent(full) ? { webhook: { ...full.webhook, id: event.webhook.id } } : {};
  return { ...full, id, ...webhook, ...(event.deployment === undefined ? {} : { deployment: { ...full.deployment, id: text, kind: event.deployment.kind } }) } as Event;
}

/** Every place for text that our cards look at. */
function withMore(event: Event): Event {
  const person = { name: '?', username: '?' };
  const source = { ref: '?', branch: '?', sha: '?', message: '?' };
  const error = { code: '?', message: '?' };
  const build = { id: '?', platform: '?', platformRaw: '?', type: '?', stack: '?', detailsUrl: '?', logs: { url: '?' }, metadata: { appVersion: '?', appBuildVersion: '?' }, environment: { name: '?' } };
  const job = event.job && { ...event.job, type: '?', stack: '?', initiator: person, canceler: person };
  const deployment = event.deployment && { ...event.deployment, platform: '?', channel: { name: '?' }, destination: { name: '?' }, logsUrl: '?', detailsUrl: '?', error, initiator: person, canceler: person };
  const supersededBy = { id: '?', number: 2, detailsUrl: '?' };
  return {
    ...event,
    actor: person,
    build: { number: 1, ...event.build, ...build, source, error, initiator: person, canceler: person, supersededBy, artifacts: [{ url: '?', primary: true }] },
    ...(job === undefined ? {} : { job }),
    ...(deployment === undefined ? {} : { deployment }),
  };
}
