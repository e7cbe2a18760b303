import { exampleEvent } from '@buildwire/contracts';
import type { EventType, RenderingOptions } from '@buildwire/contracts';
import { describe, expect, it } from 'vitest';
import { completed, context } from '../spec-support/events.js';
import { cardOf } from './card.js';
import type { Card } from './card.js';
import { teams, teamsMessage } from './teams.js';
import type { AdaptiveCard } from './teams.js';
import { MAX_BYTES } from './teams-limits.js';

const TIME = '{{DATE(2026-05-10T15:08:51Z, SHORT)}} {{TIME(2026-05-10T15:08:51Z)}}';

describe('a Teams message', () => {
  it('is the envelope that a workflow takes, around a card that phones can show', () => {
    const rendering = teams(completed(exampleEvent('build.failed')), context);
    expect(rendering).toMatchObject({ kind: 'rendered', contentType: 'application/json; charset=utf-8' });
    expect(rendering.kind === 'rendered' && JSON.parse(rendering.body)).toEqual({
      type: 'message',
      attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content: cardFor('build.failed') }],
    });
    expect(cardFor('build.failed')).toMatchObject({
      $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
      type: 'AdaptiveCard',
      version: '1.4',
      msteams: { width: 'Full' },
      fallbackText: 'Build failed · MyGame · Win64 Development #1843',
      actions: [{ type: 'Action.OpenUrl', title: 'View logs', url: 'https://ci.pixelforge.example/my-game/builds/1843/logs' }],
    });
  });

  it('has a coloured band, checked facts, and what people wrote as text that is no markup', () => {
    const mono = (text: string) => ({ type: 'TextRun', text, fontType: 'Monospace', size: 'Small' });
    const named = (name: string, value: object) => ({ type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: `${name}: `, isSubtle: true }, { type: 'TextRun', ...value }], spacing: 'Small' });
    const selectAction = { type: 'Action.OpenUrl', url: 'https://ci.pixelforge.example/my-game/builds/1843' };
    expect(cardFor('build.failed').body).toEqual([
      {
        type: 'Container',
        style: 'attention',
        bleed: true,
        items: [
          { type: 'TextBlock', text: '❌ Build failed', weight: 'Bolder', size: 'Medium', wrap: true },
          { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: 'MyGame · Win64 Development #1843', isSubtle: true, selectAction }], spacing: 'Small' },
        ],
      },
      { type: 'FactSet', facts: [{ title: 'Commit', value: '5e1f0c7' }, { title: 'Duration', value: '6m 31s' }] },
      named('Branch', { text: 'main', fontType: 'Monospace' }),
      named('Triggered by', { text: 'Ben Okafor' }),
      named('Environment', { text: 'ci' }),
      { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: 'Move the harbour to World Partition 🦊' }], spacing: 'Small' },
      {
        type: 'Container',
        style: 'emphasis',
        items: [
          { type: 'RichTextBlock', inlines: [mono('LogCook: Error: Content is missing from cook.')], spacing: 'None' },
          { type: 'RichTextBlock', inlines: [mono('LogCook: Error: /Game/Maps/Harbour/Lights references /Game/Props/Lamp, which does not exist.')], spacing: 'None' },
        ],
      },
      { type: 'TextBlock', text: TIME, size: 'Small', isSubtle: true, wrap: true },
      { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: 'evt_01KR96Y67GDNWPERBDCMRKGD1K', size: 'Small', isSubtle: true }], spacing: 'None' },
    ]);
  });

  it('of what is over is the band and a way out', () => {
    const { body, actions } = cardFor('build.superseded', { showSuperseded: true });
    expect(body).toHaveLength(1);
    expect(body[0]).toMatchObject({ style: 'emphasis', items: [{ text: '⏭️ Build superseded' }, { inlines: [{ text: 'by #1846 · MyGame · Win64 Development #1845' }] }] });
    expect(actions).toHaveLength(1);
  });

  it('takes a revision that is no hash for what it is: text', () => {
    const event = completed(exampleEvent('build.failed'));
    const [{ content }] = teamsMessage(cardOf({ ...event, build: { id: 'b', source: { sha: '*a_[b]' } } }, context), []).attachments;
    expect(content.body).not.toContainEqual(expect.objectContaining({ type: 'FactSet' }));
    expect(content.body[1]).toMatchObject({ inlines: [{ text: 'Commit: ' }, { text: '*a_[b]' }] });
  });

  it('pings whom the owner chose when something failed, and nobody else', () => {
    const mentions = ['ada@example.com', 'ada@example.com', 'U024BE7LH', 'user:1'];
    const { msteams, body } = cardFor('build.failed', { mentions });
    expect(msteams.entities).toEqual([{ type: 'mention', text: '<at>ada@example.com</at>', mentioned: { id: 'ada@example.com', name: 'ada@example.com' } }]);
    expect(body[0]).toMatchObject({ items: [{}, {}, { type: 'TextBlock', text: '<at>ada@example.com</at>' }] });
    expect(JSON.stringify(cardFor('build.finished', { mentions }))).not.toContain('ada@');
  });

  it('has less in it rather than too many bytes, the lines of an error first and the links last', () => {
    const card = cardOf(completed(exampleEvent('build.failed')), context);
    const lines = { errorLines: '𝕏'.repeat(8_000) };
    const facts = { facts: Array.from({ length: 6 }, (_, index) => ({ name: `Fact ${index}`, text: '𝕏'.repeat(1_500), safe: false })) };
    expect(sizeOf(card, 10)).toBeLessThanOrEqual(MAX_BYTES);
    expect(sizeOf({ ...card, ...lines }, 10)).toBeLessThanOrEqual(MAX_BYTES);
    expect(sizeOf({ ...card, ...facts }, 10)).toBeLessThanOrEqual(MAX_BYTES);
    expect(sizeOf({ ...card, ...facts, ...lines }, 10)).toBeLessThanOrEqual(MAX_BYTES);
    const [{ content }] = teamsMessage({ ...card, ...lines }, []).attachments;
    expect(content.body.filter(({ type }) => type === 'RichTextBlock')).toHaveLength(5);
    expect(JSON.stringify(content)).toContain('𝕏…');
    expect(content.actions).toHaveLength(1);
  });

  it('leaves out addresses that would fill the card', () => {
    const event = completed(exampleEvent('build.finished'));
    const text = JSON.stringify(teamsMessage(cardOf({ ...event, build: { id: 'b', detailsUrl: `https://ci.example/${'x'.repeat(2_500)}` } }, context), []));
    expect(text).not.toContain('https://ci.example');
  });

  it('lets nobody be mentioned by a text that looks like a mention', () => {
    const event = completed(exampleEvent('build.failed'));
    const build = { id: 'b', source: { message: '<at>ada@example.com</at>' } };
    const text = JSON.stringify(teamsMessage(cardOf({ ...event, build }, context), ['ada@example.com']).attachments[0].content.body);
    expect(text.split('<at>ada@example.com</at>')).toHaveLength(2);
  });
});

/** With this many pings of people whose names are as long as an option may be. */
function sizeOf(card: Card, pings: number): number {
  const mentions = Array.from({ length: pings }, (_, index) => `${index}${'x'.repeat(180)}@example.com`);
  return Buffer.byteLength(JSON.stringify(teamsMessage(card, mentions)));
}

function cardFor(type: EventType, options: RenderingOptions = {}): AdaptiveCard {
  const rendering = teams(completed(exampleEvent(type)), { ...context, options });
  if (rendering.kind === 'skipped') throw new Error(rendering.reason);
  return (JSON.parse(rendering.body) as { attachments: [{ content: AdaptiveCard }] }).attachments[0].content;
}
