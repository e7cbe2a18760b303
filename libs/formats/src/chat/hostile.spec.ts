import { eventTypes, exampleEvent } from '@buildwire/contracts';
import type { Event, EventType, RenderingOptions } from '@buildwire/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Renderer } from '../rendering.js';
import { completed } from '../spec-support/events.js';
import { hostileDownloadUrl, hostileText, hostileTexts, hostileUrls, withHostile } from '../spec-support/hostile-texts.js';
import { slackFaults } from '../spec-support/slack-faults.js';
import { discord } from './discord.js';
import type { DiscordMessage } from './discord.js';
import { slack } from './slack.js';
import type { SlackMessage } from './slack.js';
import { teams } from './teams.js';
import { MAX_BYTES } from './teams-limits.js';
import type { TeamsMessage } from './teams.js';

/*
 * Whatever a producer, or whoever writes its commit messages, puts into an event: the card keeps within its target's limits,
 * pings nobody, links nowhere and looks like nothing but what we made. vendor-definitions.spec.ts has the vendors judge too.
 */

const PINGED: RenderingOptions = { mentions: ['U024BE7LH', 'S0614TZR7', 'user:80351110224678912', 'role:165511591545143296', 'ada@example.com'] };
const ALL_SHOWN: RenderingOptions = { showSuperseded: true, showCanceled: true };
const types = Object.keys(eventTypes) as EventType[];
const events = types.map((type) => completed(exampleEvent(type)));
const INVISIBLE = /[\p{Cs}\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufeff\ufff9-\ufffb]/u;

const targets: [string, (event: Event, options: RenderingOptions) => void][] = [
  ['slack', (event, options) => expectSoundSlack(bodyOf(slack, event, options), options)],
  ['discord', (event, options) => expectSoundDiscord(bodyOf(discord, event, options), options)],
  ['teams', (event, options) => expectSoundTeams(bodyOf(teams, event, options), options)],
];

describe.each(targets)('%s', (_, expectSound) => {
  it.each(types)('takes the card of an untouched %s', (type) => {
    expectSound(completed(exampleEvent(type)), ALL_SHOWN);
  });

  it.each(hostileTexts.map((text) => [JSON.stringify(text).slice(0, 60), text]))('is not hurt by %s in every text of every event', (_name, text) => {
    for (const event of events) {
      expectSound(withHostile(event, text, 'https://ci.example/b/1'), ALL_SHOWN);
      expectSound(withHostile(event, text, text), { ...ALL_SHOWN, ...PINGED });
    }
  });

  it.each(hostileUrls.map((url) => [url.slice(0, 60), url]))('is not hurt by the address %s', (_name, url) => {
    for (const event of events) expectSound(withHostile(event, 'x', url), ALL_SHOWN);
  });

  it('is not hurt by anything', () => {
    const property = fc.property(fc.constantFrom(...events), hostileText, fc.oneof(fc.constantFrom(...hostileUrls), hostileText), fc.constantFrom({}, PINGED), (event, text, url, options) => {
      expectSound(withHostile(event, text, url), { ...ALL_SHOWN, ...options });
    });
    fc.assert(property, { numRuns: 1_000 });
  });
});

function expectSoundSlack(body: string, { mentions = [] }: RenderingOptions): void {
  const message = JSON.parse(body) as SlackMessage;
  expect(slackFaults(message)).toEqual([]);
  const [attachment] = message.attachments;
  expect(message).toMatchObject({ unfurl_links: false, unfurl_media: false });
  const marked = [message.text, attachment?.fallback ?? '', ...stringsAt(attachment?.blocks, 'text')];
  for (const text of marked) {
    const tokens = Array.from(text.matchAll(/<([^<>|]*)(\|[^<>|]*)?>/g), ([, address = '']) => address);
    expect(tokens.filter((token) => !/^(https?:\/\/[^\s|<>"'`]+|!date\^\d+\^\{date_short_pretty\} \{time\})$/.test(token) && !mentions.some((id) => [`@${id}`, `!subteam^${id}`].includes(token)))).toEqual([]);
    expect(text.replace(/<([^<>|]*)(\|[^<>|]*)?>/g, '')).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
    expect(text.replace(/^```[^`]*```$/, '').replace(/`[^`\n]+`/g, '')).not.toContain('`');
  }
  expect(message.text.replace(/<[^>]*>/g, '')).not.toContain('://');
  expectHarmless(message);
}

function expectSoundDiscord(body: string, { mentions = [] }: RenderingOptions): void {
  const message = JSON.parse(body) as DiscordMessage;
  expect(message.allowed_mentions.parse).toEqual([]);
  if (mentions.length === 0) expect(message).not.toHaveProperty('content');
  expect(message.content ?? '').toMatch(/^(<@&?\d+> ?)*$/);
  const [embed] = message.embeds;
  const marked = [embed.title, embed.description ?? '', ...(embed.fields ?? []).flatMap(({ name, value }) => [name, value])];
  for (const text of marked) {
    const bare = text.replace(/\\[^A-Za-z0-9\s]|```\n[^`]*\n```|`[^`\n]+`/g, '');
    const ours = bare.replace(/\[(View|Download)[a-z ]*\]\(https?:\/\/[^\s()<>]+\)/g, '').replace(/<t:\d+:[Rf]>/g, '').replace(/\*\*#\d+\*\*/g, '').replace(/^> /gm, '').replace(/^-# Download until/gm, '');
    expect(ours.replace(/^(?:\p{Extended_Pictographic}\ufe0f?) [\w ]+:? ?/u, '').replace(/[\d:]/g, '')).not.toMatch(/[\\`*_~|>#[\]()<@]|:\/\//);
  }
  expectHarmless(message);
}

function expectSoundTeams(body: string, { mentions = [] }: RenderingOptions): void {
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(MAX_BYTES);
  const message = JSON.parse(body) as TeamsMessage;
  const [{ content }] = message.attachments;
  const pings = (content.msteams.entities ?? []).map(({ text }) => text);
  expect(pings.filter((ping) => !mentions.some((id) => ping === `<at>${id}</at>`))).toEqual([]);
  const ours = /^(\p{Extended_Pictographic}\ufe0f? [\w ]+|(<at>ada@example\.com<\/at> ?)+|(( · Download until )?\{\{DATE\([\dTZ:-]+, SHORT\)\}\} \{\{TIME\([\dTZ:-]+\)\}\})+)$/u;
  expect(objectsOf(content).filter(({ type, text }) => type === 'TextBlock' && !ours.test(String(text)))).toEqual([]);
  expect(objectsOf(content).filter(({ title, value }) => value !== undefined && !/^[A-Z][a-z ]+: [\da-z %]+$/i.test(`${String(title)}: ${String(value)}`))).toEqual([]);
  expect(objectsOf(content).filter(({ type, text }) => type === 'TextRun' && (text === '' || /<\s*\/?\s*at\b/i.test(String(text))))).toEqual([]);
  expect(content.fallbackText).not.toMatch(/[\\*_[\]`<>]|:\/\//);
  expectHarmless(message);
}

/** For every target: nothing unseen, and no address but of the web. */
function expectHarmless(message: object): void {
  const objects = objectsOf(message);
  const urls = objects.flatMap(({ url }) => (typeof url === 'string' ? [url] : []));
  expect(urls.filter((url) => !/^https?:\/\/[\w.[\]:-]+(\/[!#-&(-;=?-[\]_a-z~]*)?$/i.test(url) || new URL(url).username !== '')).toEqual([]);
  const strings = objects.flatMap((object) => Object.values(object)).flat().filter((value) => typeof value === 'string');
  expect(strings.filter((text) => INVISIBLE.test(text))).toEqual([]);
}

function bodyOf(renderer: Renderer, event: Event, options: RenderingOptions): string {
  const rendering = renderer(event, { options, downloadUrl: hostileDownloadUrl });
  if (rendering.kind === 'skipped') throw new Error(rendering.reason);
  return rendering.body;
}

function objectsOf(value: unknown): Record<string, unknown>[] {
  if (Array.isArray(value)) return value.flatMap(objectsOf);
  if (typeof value !== 'object' || value === null) return [];
  return [value as Record<string, unknown>, ...Object.values(value).flatMap(objectsOf)];
}

function stringsAt(value: unknown, key: string): string[] {
  return objectsOf(value).flatMap((object) => (typeof object[key] === 'string' ? [object[key]] : []));
}
