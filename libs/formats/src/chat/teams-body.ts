import type { Card } from './card.js';
import { epochSeconds, isoOf } from './clock-time.js';
import type { Fact } from './facts.js';
import { namesOf } from './headline.js';
import { textBlock, textRun } from './teams-elements.js';
import type { Container, Element, FactSet, RichTextBlock, TextRun } from './teams-elements.js';
import { MAX_URL } from './teams-limits.js';
import type { Mention } from './teams-mentions.js';

/** From the coloured band with the outcome down to the small print. */
export function bodyOf(card: Card, mentions: Mention[]): Element[] {
  const header = headerOf(card, mentions);
  if (card.quiet) return [header];
  return [header, ...factSet(card.facts), ...writtenByPeople(card), ...errorOf(card), ...smallPrint(card)];
}

function headerOf(card: Card, mentions: Mention[]): Container {
  const { title, look } = card.outcome;
  const names = [card.detail, ...namesOf(card)].filter((name) => name !== undefined).join(' · ');
  const url = card.detailsUrl;
  const action = url === undefined || url.length > MAX_URL ? {} : { selectAction: { type: 'Action.OpenUrl' as const, url } };
  const items: Element[] = [
    textBlock(`${look.emoji} ${title}`, { weight: 'Bolder', size: 'Medium' }),
    { type: 'RichTextBlock', inlines: [textRun(names, { isSubtle: true, ...action })], spacing: 'Small' },
  ];
  if (mentions.length > 0) items.push(textBlock(mentions.map(({ text }) => text).join(' ')));
  return { type: 'Container', style: look.style, bleed: true, items };
}

/** The values of a fact set are read as markup: ours alone. */
function factSet(facts: Fact[]): FactSet[] {
  const safe = facts.filter(({ safe }) => safe).map(({ name, code, text }) => ({ title: name, value: code ?? text ?? '–' }));
  return safe.length === 0 ? [] : [{ type: 'FactSet', facts: safe }];
}

function writtenByPeople({ facts, commitSubject }: Card): RichTextBlock[] {
  const lines = facts.filter(({ safe, name, code }) => !safe && (name !== 'Commit' || code !== undefined)).map(lineOf);
  if (commitSubject !== undefined) lines.push([textRun(commitSubject)]);
  return lines.map((inlines) => ({ type: 'RichTextBlock', inlines, spacing: 'Small' }));
}

function lineOf({ name, code, text }: Fact): TextRun[] {
  const value = code === undefined ? textRun(text ?? '–') : textRun(code, { fontType: 'Monospace' });
  return [textRun(`${name}: `, { isSubtle: true }), value];
}

/** A line end within a text run is no line end on every client. */
function errorOf({ errorLines }: Card): Container[] {
  if (errorLines === undefined) return [];
  const items = errorLines
    .split('\n')
    .map((line): RichTextBlock => ({ type: 'RichTextBlock', inlines: [textRun(line, { fontType: 'Monospace', size: 'Small' })], spacing: 'None' }));
  return [{ type: 'Container', style: 'emphasis', items }];
}

function smallPrint({ occurredAt, eventId, downloadUntil }: Card): Element[] {
  const until = downloadUntil === undefined ? '' : ` · Download until ${localTime(downloadUntil)}`;
  return [
    textBlock(`${localTime(epochSeconds(occurredAt))}${until}`, { size: 'Small', isSubtle: true }),
    { type: 'RichTextBlock', inlines: [textRun(eventId, { size: 'Small', isSubtle: true })], spacing: 'None' },
  ];
}

/** In the reader's own time zone. */
function localTime(seconds: number): string {
  const instant = isoOf(seconds);
  return `{{DATE(${instant}, SHORT)}} {{TIME(${instant})}}`;
}
