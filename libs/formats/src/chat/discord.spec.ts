import { exampleEvent } from '@buildwire/contracts';
import type { EventType, RenderingOptions } from '@buildwire/contracts';
import { describe, expect, it } from 'vitest';
import { completed, context } from '../spec-support/events.js';
import { cardOf } from './card.js';
import { discord, discordMessage } from './discord.js';
import type { DiscordMessage } from './discord.js';

describe('a Discord message', () => {
  it('is one embed with link buttons', () => {
    expect(messageFor('build.failed')).toEqual({
      username: 'Buildwire',
      allowed_mentions: { parse: [] },
      embeds: [
        {
          title: '❌ Build failed: MyGame',
          url: 'https://ci.pixelforge.example/my-game/builds/1843',
          color: 14687834,
          description:
            'Win64 Development **#1843**\n> Move the harbour to World Partition 🦊\n```\nLogCook: Error: Content is missing from cook.\nLogCook: Error: /Game/Maps/Harbour/Lights references /Game/Props/Lamp, which does not exist.\n```',
          fields: [
            { name: 'Branch', value: '`main`', inline: true },
            { name: 'Commit', value: '`5e1f0c7`', inline: true },
            { name: 'Duration', value: '6m 31s', inline: true },
            { name: 'Triggered by', value: 'Ben Okafor', inline: true },
            { name: 'Environment', value: 'ci', inline: true },
          ],
          timestamp: '2026-05-10T15:08:51.250Z',
          footer: { text: 'evt_01KR96Y67GDNWPERBDCMRKGD1K' },
        },
      ],
      components: [{ type: 1, components: [{ type: 2, style: 5, label: 'View logs', url: 'https://ci.pixelforge.example/my-game/builds/1843/logs' }] }],
    });
  });

  it('of a success offers the build, and its download with the time it ends', () => {
    const { embeds, components } = messageFor('build.finished');
    expect(components?.[0].components.map(({ label }) => label)).toEqual(['View build', 'Download']);
    expect(embeds[0].description).toBe('Win64 Development **#1842**\n> Fix lighting in level 3\n-# Download until <t:1778512131:f>');
  });

  it('of what is over is a title and one line', () => {
    const [embed] = messageFor('build.superseded', { showSuperseded: true }).embeds;
    expect(embed).toMatchObject({ title: String.raw`⏭️ Build superseded by \#1846: MyGame`, color: 8818326, description: 'Win64 Development **#1845** · <t:1778427185:R>' });
    expect(embed).not.toHaveProperty('fields');
  });

  it('pings whom the owner chose when something failed, and nobody else', () => {
    const mentions = ['user:80351110224678912', 'user:80351110224678912', 'role:165511591545143296', 'user:everyone', 'everyone', 'U024BE7LH', 'ada@example.com'];
    expect(messageFor('build.failed', { mentions })).toMatchObject({
      content: '<@80351110224678912> <@&165511591545143296>',
      allowed_mentions: { parse: [], users: ['80351110224678912'], roles: ['165511591545143296'] },
    });
    for (const type of ['build.finished', 'build.started'] as const) {
      expect(messageFor(type, { mentions })).not.toHaveProperty('content');
      expect(messageFor(type, { mentions }).allowed_mentions).toEqual({ parse: [] });
    }
  });

  it('opens a thread if the owner named one', () => {
    expect(messageFor('build.started', { threadName: 'Builds 🦊' }).thread_name).toBe('Builds 🦊');
    expect(messageFor('build.started')).not.toHaveProperty('thread_name');
  });

  it('has a link in the text where an address is longer than a button takes', () => {
    const path = 'x'.repeat(600);
    const withUrl = (url: string) => {
      const event = completed(exampleEvent('build.failed'));
      return discordMessage(cardOf({ ...event, build: { id: 'b', ...event.build, logs: { url } } }, context), {});
    };
    const message = withUrl(`https://ci.example/(${path})`);
    expect(message).not.toHaveProperty('components');
    expect(message.embeds[0].description?.split('\n').at(-1)).toBe(`[View logs](https://ci.example/%28${path}%29)`);
    expect(withUrl(`https://ci.example/${'x'.repeat(450)}`)).toHaveProperty('components');
  });

  it('shows text as it is written', () => {
    const event = completed(exampleEvent('build.failed'));
    const source = { branch: 'feat/`x`', message: '**Fix** [x](https://evil.example) @everyone <@1> :tada: # > - a_b\nmore' };
    const [embed] = discordMessage(cardOf({ ...event, build: { id: 'b', ...event.build, source, error: { message: '```\n@here' } } }, context), {}).embeds;
    expect(embed.fields?.[0]?.value).toBe("`feat/'x'`");
    expect(embed.description?.split('\n').slice(1)).toEqual([
      String.raw`> \*\*Fix\*\* \[x\]\(https\://evil.example\) \@everyone \<\@1\> \:tada\: \# \> \- a\_b`,
      '```',
      "'''",
      '@here',
      '```',
    ]);
  });
});

function messageFor(type: EventType, options: RenderingOptions = {}): DiscordMessage {
  const rendering = discord(completed(exampleEvent(type)), { ...context, options });
  if (rendering.kind === 'skipped') throw new Error(rendering.reason);
  return JSON.parse(rendering.body) as DiscordMessage;
}
