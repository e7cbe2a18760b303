import { json } from '../json.js';
import { skipped } from '../rendering.js';
import type { Renderer } from '../rendering.js';
import { cardOf } from './card.js';
import type { Card } from './card.js';
import { headlineOf } from './headline.js';
import { hiddenBecause } from './hidden.js';
import { bodyOf } from './teams-body.js';
import { plain } from './teams-elements.js';
import type { Element, OpenUrl } from './teams-elements.js';
import { MAX_ACTIONS, MAX_BYTES, MAX_URL } from './teams-limits.js';
import { mentionsOf } from './teams-mentions.js';
import type { Mention } from './teams-mentions.js';
import { firstLines } from './text.js';

export interface AdaptiveCard {
  $schema: 'http://adaptivecards.io/schemas/adaptive-card.json';
  type: 'AdaptiveCard';
  /** Workflows refuses to show a newer one. */
  version: '1.4';
  msteams: { width: 'Full'; entities?: Mention[] };
  fallbackText: string;
  body: Element[];
  actions?: OpenUrl[];
}

/** A card without this envelope is accepted, and posts nothing. */
export interface TeamsMessage {
  type: 'message';
  attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive'; contentUrl: null; content: AdaptiveCard }];
}

/** A message for a Teams workflow, "When a Teams webhook request is received". */
export const teams: Renderer = (event, context) => {
  const reason = hiddenBecause(event, context.options);
  if (reason !== undefined) return skipped(reason);
  return json(teamsMessage(cardOf(event, context), context.options.mentions ?? []), 'application/json; charset=utf-8');
};

/** As much of the card as Teams takes. */
export function teamsMessage(card: Card, mentions: string[]): TeamsMessage {
  const message = messageOf(card, mentions);
  const less = Buffer.byteLength(JSON.stringify(message)) > MAX_BYTES ? shortened(card) : undefined;
  return less === undefined ? message : teamsMessage(less, mentions);
}

function messageOf(card: Card, mentions: string[]): TeamsMessage {
  const entities = card.outcome.failed ? mentionsOf(mentions) : [];
  const actions = card.links.filter(({ url }) => url.length <= MAX_URL).slice(0, MAX_ACTIONS);
  const content: AdaptiveCard = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    msteams: { width: 'Full', ...(entities.length === 0 ? {} : { entities }) },
    fallbackText: plain(headlineOf(card)),
    body: bodyOf(card, entities),
    ...(actions.length === 0 ? {} : { actions: actions.map(({ label, url }) => ({ type: 'Action.OpenUrl', title: label, url })) }),
  };
  return { type: 'message', attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }] };
}

const FEW_CHARACTERS = 100;

/** The same with less in it; undefined if what is left is needed. The details page has it all. */
function shortened({ errorLines, ...card }: Card): Card | undefined {
  const length = Array.from(errorLines ?? '').length;
  const half = firstLines(errorLines, Infinity, Math.floor(length / 2));
  if (length > FEW_CHARACTERS && half !== undefined) return { ...card, errorLines: half };
  if (card.facts.length > 0) return { ...card, ...(errorLines === undefined ? {} : { errorLines }), facts: card.facts.slice(0, -1) };
  if (errorLines !== undefined) return card;
  return card.links.length > 1 ? { ...card, links: card.links.slice(0, 1) } : undefined;
}
