import type { KnownBlock, MessageAttachment } from '@slack/types';
import { exampleEvent } from '@buildwire/contracts';
import type { EventType, RenderingOptions } from '@buildwire/contracts';
import { describe, expect, it } from 'vitest';
import { completed, context } from '../spec-support/events.js';
import { slackFaults } from '../spec-support/slack-faults.js';
import { cardOf } from './card.js';
import { slack, slackMessage } from './slack.js';
import type { SlackMessage } from './slack.js';

describe('a Slack message', () => {
  it('has the headline as text, and the rest in an attachment with a coloured bar', () => {
    expect(messageFor('build.failed')).toEqual({
      text: ':x: *Build failed* — <https://ci.pixelforge.example/my-game/builds/1843|MyGame Win64 Development #1843>',
      unfurl_links: false,
      unfurl_media: false,
      attachments: [
        {
          color: '#E01E5A',
          fallback: 'Build failed · MyGame · Win64 Development #1843',
          blocks: [
            {
              type: 'section',
              fields: [
                { type: 'mrkdwn', text: '*Branch*\n`main`', verbatim: true },
                { type: 'mrkdwn', text: '*Commit*\n`5e1f0c7` Move the harbour to World Partition 🦊', verbatim: true },
                { type: 'mrkdwn', text: '*Duration*\n6m 31s', verbatim: true },
                { type: 'mrkdwn', text: '*Triggered by*\nBen Okafor', verbatim: true },
                { type: 'mrkdwn', text: '*Environment*\nci', verbatim: true },
              ],
            },
            {
              type: 'section',
              text: { type: 'mrkdwn', text: '```LogCook: Error: Content is missing from cook.\nLogCook: Error: /Game/Maps/Harbour/Lights references /Game/Props/Lamp, which does not exist.```', verbatim: true },
            },
            {
              type: 'actions',
              elements: [{ type: 'button', action_id: 'view-logs', style: 'danger', text: { type: 'plain_text', text: 'View logs' }, url: 'https://ci.pixelforge.example/my-game/builds/1843/logs' }],
            },
            { type: 'context', elements: [{ type: 'mrkdwn', text: '<!date^1778425731^{date_short_pretty} {time}|2026-05-10 15:08 UTC> · evt_01KR96Y67GDNWPERBDCMRKGD1K', verbatim: true }] },
          ],
        },
      ],
    });
  });

  it("is one that Slack's own types allow", () => {
    const attachments: MessageAttachment[] = messageFor('build.finished').attachments;
    const blocks: KnownBlock[] = messageFor('build.finished').attachments.flatMap((attachment) => attachment.blocks);
    expect(attachments.flatMap((attachment) => attachment.blocks)).toEqual(blocks);
  });

  it('of a success offers the build, and its download with the time it ends', () => {
    const blocks = messageFor('build.finished').attachments[0]?.blocks ?? [];
    expect(blocks.map(({ type }) => type)).toEqual(['section', 'actions', 'context']);
    expect(blocks[1]).toMatchObject({ elements: [{ text: { text: 'View build' } }, { text: { text: 'Download' } }] });
    expect(JSON.stringify(blocks[1])).not.toContain('style');
    expect(JSON.stringify(blocks[2])).toContain('· Download until <!date^1778512131^{date_short_pretty} {time}|2026-05-11 15:08 UTC>');
  });

  it.each([
    ['build.superseded', 'Build superseded* by #1846 — '],
    ['build.canceled', 'Build canceled* by Ben Okafor — '],
    ['deployment.canceled', 'Deployment canceled* by Ada Lindqvist — '],
  ] as const)('of %s is a headline and one grey line', (type, headline) => {
    const { text, attachments } = messageFor(type, { showSuperseded: true, showCanceled: true });
    expect(text).toContain(headline);
    expect(attachments[0]?.blocks).toHaveLength(1);
    expect(attachments[0]).toMatchObject({ color: '#868E96', blocks: [{ type: 'context' }] });
  });

  it('pings whom the owner chose when something failed, and nobody else', () => {
    const mentions = ['U024BE7LH', 'W012A3CDE', 'S0614TZR7', '@channel', 'here', 'user:80351110224678912', 'ada@example.com'];
    expect(messageFor('build.failed', { mentions }).text).toMatch(/#1843> <@U024BE7LH> <@W012A3CDE> <!subteam\^S0614TZR7>$/);
    expect(messageFor('deployment.failed', { mentions }).text).toContain('<@U024BE7LH>');
    expect(messageFor('build.finished', { mentions }).text).not.toContain('@');
  });

  it('leaves out an address that is longer than a button takes, and shows the names without a link', () => {
    const event = completed(exampleEvent('build.failed'));
    const build = { id: 'b', ...event.build, number: 1, logs: undefined, detailsUrl: `https://ci.example/${'x'.repeat(2_990)}` };
    const message = slackMessage(cardOf({ ...event, build }, context), []);
    expect(message.text).toBe(':x: *Build failed* — MyGame Win64 Development #1');
    expect(JSON.stringify(message)).not.toContain('https:');
  });

  it('gives Slack no address to find by itself', () => {
    const event = completed(exampleEvent('build.failed'));
    const build = { id: 'b', ...event.build, detailsUrl: undefined, platformRaw: 'https://evil.example' };
    expect(slackMessage(cardOf({ ...event, build }, context), []).text).toContain('https: //evil.example');
  });
});

describe('the check of limits', () => {
  it('finds what Slack would refuse', () => {
    const message = messageFor('build.failed');
    const tooMuch = { type: 'section' as const, fields: Array.from({ length: 11 }, () => ({ type: 'mrkdwn' as const, text: 'x'.repeat(2_001), verbatim: true as const })) };
    expect(slackFaults({ ...message, text: '', attachments: [{ color: 'red', fallback: 'x', blocks: [tooMuch] }] })).toHaveLength(14);
  });
});

function messageFor(type: EventType, options: RenderingOptions = {}): SlackMessage {
  const rendering = slack(completed(exampleEvent(type)), { ...context, options });
  if (rendering.kind === 'skipped') throw new Error(rendering.reason);
  return JSON.parse(rendering.body) as SlackMessage;
}
