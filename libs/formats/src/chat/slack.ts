import { json } from '../json.js';
import { skipped } from '../rendering.js';
import type { Renderer } from '../rendering.js';
import { cardOf } from './card.js';
import type { Card } from './card.js';
import { epochSeconds, utcOf } from './clock-time.js';
import type { Fact } from './facts.js';
import { headlineOf, namesOf } from './headline.js';
import { hiddenBecause } from './hidden.js';
import type { Link } from './links.js';
import { MAX_FIELD, MAX_TEXT } from './slack-limits.js';
import { codeBlock, codeSpan, escaped, label, unlinked } from './slack-text.js';

interface Mrkdwn {
  type: 'mrkdwn';
  text: string;
  verbatim: true;
}
interface Button {
  type: 'button';
  action_id: string;
  style?: 'danger';
  text: { type: 'plain_text'; text: string };
  url: string;
}
type Block =
  | { type: 'section'; text: Mrkdwn }
  | { type: 'section'; fields: Mrkdwn[] }
  | { type: 'actions'; elements: Button[] }
  | { type: 'context'; elements: Mrkdwn[] };

export interface SlackMessage {
  text: string;
  unfurl_links: false;
  unfurl_media: false;
  attachments: { color: string; fallback: string; blocks: Block[] }[];
}

/** The longest address within text, which must leave room for words. */
const MAX_LINK = 2_000;
const MAX_HEADLINE_NAMES = 700;
const MAX_DETAIL = 500;
const MAX_FALLBACK = 1_000;
/** Users begin with U or W, user groups with S. */
const USER = /^[UW][A-Z0-9]{1,30}$/;
const GROUP = /^S[A-Z0-9]{1,30}$/;

/** A message for a Slack incoming webhook: the headline as text, the rest in an attachment, which alone has a coloured bar. */
export const slack: Renderer = (event, context) => {
  const reason = hiddenBecause(event, context.options);
  if (reason !== undefined) return skipped(reason);
  return json(slackMessage(cardOf(event, context), context.options.mentions ?? []));
};

export function slackMessage(card: Card, mentions: string[]): SlackMessage {
  const color = `#${card.outcome.look.color.toString(16).padStart(6, '0').toUpperCase()}`;
  const blocks = card.quiet ? [contextOf(card, card.links)] : blocksOf(card);
  return {
    text: headline(card, card.outcome.failed ? mentions : []),
    unfurl_links: false,
    unfurl_media: false,
    attachments: [{ color, fallback: escaped(headlineOf(card), MAX_FALLBACK), blocks }],
  };
}

/** Shown above the attachment, and all that a notification shows. */
function headline({ outcome, detail, ...card }: Card, mentions: string[]): string {
  const names = namesOf({ outcome, ...card }).join(' ');
  const subject = linkTo(card.detailsUrl, names) ?? unlinked(names, MAX_HEADLINE_NAMES);
  const more = detail === undefined ? '' : ` ${unlinked(detail, MAX_DETAIL)}`;
  const pings = mentions.flatMap(mention).map((ping) => ` ${ping}`);
  return `${outcome.look.shortcode} *${outcome.title}*${more} — ${subject}${pings.join('')}`;
}

function mention(id: string): string[] {
  if (USER.test(id)) return [`<@${id}>`];
  return GROUP.test(id) ? [`<!subteam^${id}>`] : [];
}

function blocksOf(card: Card): Block[] {
  const { facts, errorLines, links } = card;
  const blocks: Block[] = [];
  if (facts.length > 0) blocks.push({ type: 'section', fields: facts.map(field) });
  if (errorLines !== undefined) blocks.push({ type: 'section', text: mrkdwn(codeBlock(errorLines, MAX_TEXT)) });
  if (links.length > 0) blocks.push({ type: 'actions', elements: links.map((link) => button(link, card.outcome.failed)) });
  return [...blocks, contextOf(card, [])];
}

function field({ name, code, text }: Fact): Mrkdwn {
  const half = MAX_FIELD / 2 - name.length;
  const value = [code === undefined ? [] : codeSpan(code, half), text === undefined ? [] : escaped(text, half)].flat();
  return mrkdwn(`*${name}*\n${value.join(' ')}`);
}

function button({ label, url }: Link, failed: boolean): Button {
  const style = failed && label === 'View logs' ? { style: 'danger' as const } : {};
  return { type: 'button', action_id: label.toLowerCase().replaceAll(' ', '-'), ...style, text: { type: 'plain_text', text: label }, url };
}

function contextOf({ occurredAt, eventId, downloadUntil }: Card, links: Link[]): Block {
  const until = downloadUntil === undefined ? [] : [`Download until ${localTime(downloadUntil)}`];
  const out = links.map(({ label, url }) => linkTo(url, label)).filter((link) => link !== undefined);
  const parts = [...out, localTime(epochSeconds(occurredAt)), escaped(eventId, MAX_FALLBACK), ...until];
  return { type: 'context', elements: [mrkdwn(parts.join(' · '))] };
}

function linkTo(url: string | undefined, text: string): string | undefined {
  const address = url?.replaceAll('&', '&amp;');
  return address === undefined || address.length > MAX_LINK ? undefined : `<${address}|${label(text, MAX_HEADLINE_NAMES)}>`;
}

/** In the reader's own time zone. */
function localTime(seconds: number): string {
  return `<!date^${seconds}^{date_short_pretty} {time}|${utcOf(seconds)}>`;
}

/** Verbatim: names and addresses in it do not become links. */
function mrkdwn(text: string): Mrkdwn {
  return { type: 'mrkdwn', text, verbatim: true };
}
