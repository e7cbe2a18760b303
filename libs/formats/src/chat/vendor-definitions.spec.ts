import { eventTypes, exampleEvent } from '@buildwire/contracts';
import type { Event, EventType, RenderingOptions } from '@buildwire/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completed } from '../spec-support/events.js';
import { hostileDownloadUrl, hostileText, hostileTexts, hostileUrls, withHostile } from '../spec-support/hostile-texts.js';
import { cardFaults, discordFaults, haveVendorSchemas, parserFaults } from '../spec-support/vendor-schemas.js';
import { discord } from './discord.js';
import type { DiscordMessage } from './discord.js';
import type { Renderer } from '../rendering.js';
import { teams } from './teams.js';
import type { AdaptiveCard, TeamsMessage } from './teams.js';

/*
 * Every card of every event, with hostile text in every place, judged by what the vendors publish about their own formats.
 * Slack publishes types only: slack.spec.ts uses them, and hostile.spec.ts counts by the documented limits.
 */

const OPTIONS: RenderingOptions = { showSuperseded: true, showCanceled: true, threadName: 'Builds', mentions: ['user:80351110224678912', 'role:165511591545143296', 'ada@example.com'] };
const events = (Object.keys(eventTypes) as EventType[]).map((type) => completed(exampleEvent(type)));
const cases = [...hostileTexts.map((text) => [text, 'https://ci.example/b/1']), ...hostileUrls.map((url) => ['x', url])] as [string, string][];

describe.each<[string, boolean, (event: Event) => string[]]>([
  ["Discord's OpenAPI document", haveVendorSchemas, (event) => discordFaults(messageOf<DiscordMessage>(discord, event))],
  ['the schema of Adaptive Cards 1.2', haveVendorSchemas, (event) => cardFaults(adaptiveCardOf(event), '1.2.1')],
  ['the schema of Adaptive Cards 1.4', haveVendorSchemas, (event) => cardFaults(adaptiveCardOf(event), '1.4.0')],
  ["Microsoft's parser of Adaptive Cards", true, (event) => parserFaults(adaptiveCardOf(event))],
])('%s', (_, canJudge, faultsOf) => {
  it.runIf(canJudge).each(events.map((event): [string, Event] => [event.type, event]))('finds no fault with %s', (_type, event) => {
    expect(faultsOf(event)).toEqual([]);
  });

  it.runIf(canJudge).each(cases.map(([text, url]): [string, string, string] => [JSON.stringify(url.startsWith('https://ci.') ? text : url).slice(0, 60), text, url]))(
    'finds no fault with %s in every event',
    (_name, text, url) => {
      expect(events.flatMap((event) => faultsOf(withHostile(event, text, url)))).toEqual([]);
    },
  );

  it.runIf(canJudge)('finds no fault whatever an event holds', () => {
    const property = fc.property(fc.constantFrom(...events), hostileText, fc.oneof(fc.constantFrom(...hostileUrls), hostileText), (event, text, url) => {
      expect(faultsOf(withHostile(event, text, url))).toEqual([]);
    });
    fc.assert(property, { numRuns: 300 });
  });
});

describe('the judges', () => {
  it.runIf(haveVendorSchemas)('find faults', () => {
    const bad: DiscordMessage = { username: 'x', allowed_mentions: { parse: [] }, embeds: [{ title: 'x'.repeat(257), color: -1, timestamp: 'now', footer: { text: ' ' } }] };
    expect(discordFaults(bad)).toHaveLength(4);
    expect(cardFaults(brokenCard(), '1.2.1')).not.toEqual([]);
    expect(cardFaults(brokenCard(), '1.4.0')).not.toEqual([]);
  });

  it('know an unknown element and a missing address', () => {
    expect(parserFaults(brokenCard())).toHaveLength(2);
  });
});

function brokenCard(): AdaptiveCard {
  return { ...adaptiveCardOf(completed(exampleEvent('build.failed'))), body: [{ type: 'Badge' }], actions: [{ type: 'Action.OpenUrl' }] } as never;
}

function adaptiveCardOf(event: Event): AdaptiveCard {
  return messageOf<TeamsMessage>(teams, event).attachments[0].content;
}

function messageOf<Message>(renderer: Renderer, event: Event): Message {
  const rendering = renderer(event, { options: OPTIONS, downloadUrl: hostileDownloadUrl });
  if (rendering.kind === 'skipped') throw new Error(rendering.reason);
  return JSON.parse(rendering.body) as Message;
}
