import type { RenderingOptions } from '@buildwire/contracts';
import { inMilliseconds } from '../instants.js';
import { json } from '../json.js';
import { skipped } from '../rendering.js';
import type { Renderer } from '../rendering.js';
import { cardOf } from './card.js';
import type { Card } from './card.js';
import { epochSeconds } from './clock-time.js';
import { MAX_BUTTON_URL, MAX_BUTTONS_IN_ROW, MAX_DESCRIPTION, MAX_FIELD_VALUE, MAX_THREAD_NAME, MAX_URL } from './discord-limits.js';
import { mentionsIn } from './discord-mentions.js';
import type { AllowedMentions } from './discord-mentions.js';
import { codeBlock, codeSpan, escaped, maskedLink } from './discord-text.js';
import type { Fact } from './facts.js';
import { hiddenBecause } from './hidden.js';
import type { Link } from './links.js';
import { oneLine } from './text.js';

interface Field {
  name: string;
  value: string;
  inline: true;
}
interface Embed {
  title: string;
  url?: string;
  color: number;
  description?: string;
  fields?: Field[];
  timestamp: string | undefined;
  footer: { text: string };
}
interface LinkButton {
  type: 2;
  style: 5;
  label: string;
  url: string;
}

export interface DiscordMessage {
  content?: string;
  username: string;
  allowed_mentions: AllowedMentions;
  thread_name?: string;
  embeds: [Embed];
  components?: [{ type: 1; components: LinkButton[] }];
}

/** Parts of the title and the description, each with room for its escapes: together they stay within the whole. */
const MAX_DETAIL = 90;
const MAX_APP = 120;
const MAX_VARIANT = 400;
const MAX_SUBJECT = 250;
const MAX_ERROR = 2_100;

/** A message for Discord's `POST /webhooks/{id}/{token}?with_components=true`. */
export const discord: Renderer = (event, context) => {
  const reason = hiddenBecause(event, context.options);
  return reason === undefined ? json(discordMessage(cardOf(event, context), context.options)) : skipped(reason);
};

export function discordMessage(card: Card, { mentions, threadName }: Pick<RenderingOptions, 'mentions' | 'threadName'>): DiscordMessage {
  const { content, allowed } = mentionsIn(card.outcome.failed ? (mentions ?? []) : []);
  const thread = oneLine(threadName, MAX_THREAD_NAME);
  const buttons = card.links.filter(isButton).slice(0, MAX_BUTTONS_IN_ROW);
  return {
    username: 'Buildwire',
    ...(content === undefined ? {} : { content }),
    allowed_mentions: allowed,
    ...(thread === undefined ? {} : { thread_name: thread }),
    embeds: [embedOf(card)],
    ...(buttons.length === 0 ? {} : { components: [{ type: 1, components: buttons.map(({ label, url }) => ({ type: 2, style: 5, label, url })) }] }),
  };
}

function embedOf(card: Card): Embed {
  const { look } = card.outcome;
  const description = descriptionOf(card);
  const fields = fieldsOf(card);
  return {
    title: titleOf(card),
    ...(card.detailsUrl === undefined || card.detailsUrl.length > MAX_URL ? {} : { url: card.detailsUrl }),
    color: look.color,
    ...(description === '' ? {} : { description }),
    ...(fields.length === 0 ? {} : { fields }),
    // Shown in the reader's own time zone.
    timestamp: inMilliseconds(card.occurredAt),
    footer: { text: card.eventId },
  };
}

function titleOf({ outcome, detail, app }: Card): string {
  const more = detail === undefined ? '' : ` ${escaped(detail, MAX_DETAIL)}`;
  return `${outcome.look.emoji} ${outcome.title}${more}: ${escaped(app, MAX_APP)}`;
}

/** What, why and, where the address is too long for a button, the way out. */
function descriptionOf(card: Card): string {
  const lines = [firstLineOf(card)];
  if (card.commitSubject !== undefined) lines.push(`> ${escaped(card.commitSubject, MAX_SUBJECT)}`);
  if (card.errorLines !== undefined) lines.push(codeBlock(card.errorLines, MAX_ERROR));
  if (card.downloadUntil !== undefined) lines.push(`-# Download until <t:${card.downloadUntil}:f>`);
  const said = lines.filter((line) => line !== '');
  const links = card.links.filter((link) => !isButton(link)).map(({ label, url }) => maskedLink(label, url));
  return links.reduce((text, link) => (text.length + link.length < MAX_DESCRIPTION ? `${text}\n${link}` : text), said.join('\n')).trim();
}

function firstLineOf({ variant, number, quiet, occurredAt }: Card): string {
  const what = [variant === undefined ? [] : escaped(variant, MAX_VARIANT), number === undefined ? [] : `**#${number}**`].flat().join(' ');
  return quiet ? [what, `<t:${epochSeconds(occurredAt)}:R>`].filter((part) => part !== '').join(' · ') : what;
}

/** The commit's first line stands in the description. */
function fieldsOf({ facts }: Card): Field[] {
  return facts.filter(({ name, code }) => code !== undefined || name !== 'Commit').map((fact) => ({ name: fact.name, value: valueOf(fact), inline: true }));
}

function valueOf({ code, text }: Fact): string {
  return code === undefined ? escaped(text ?? '–', MAX_FIELD_VALUE) : codeSpan(code, MAX_FIELD_VALUE);
}

function isButton({ url }: Link): boolean {
  return url.length <= MAX_BUTTON_URL;
}
