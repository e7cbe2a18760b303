import { eventType, exampleEvent, isOperational } from '@buildwire/contracts';
import { describe, expect, it } from 'vitest';
import { completed, context, payloadOf } from '../spec-support/events.js';
import { cardOf } from './card.js';
import { discord } from './discord.js';
import { hiddenBecause } from './hidden.js';
import { slack } from './slack.js';
import { teams } from './teams.js';

describe('the card about a webhook', () => {
  it('tells why, since when and what comes next', () => {
    expect(cardOf(completed(exampleEvent('webhook.failing')), context).facts).toEqual([
      { name: 'Endpoint', code: 'hooks.pixelforge.example', safe: false },
      { name: 'Reason', text: 'no success for 3 days; the last attempt: the endpoint answered 503', safe: false },
      { name: 'Failing since', text: '2026-05-10 15:08 UTC', safe: false },
      { name: 'Failures in a row', text: '61', safe: true },
      { name: 'Will be disabled', text: '2026-05-15 15:08 UTC', safe: false },
    ]);
  });

  it.each([
    ['its name', { name: 'CI', host: 'a.example' }, 'CI'],
    ['its host', { name: ' ', host: 'a.example' }, 'a.example'],
    ['its id', {}, 'whk_01KJPRZB00EXJP4T3FDXNJTC1H'],
  ])('calls it by %s', (_, known, name) => {
    const event = completed(exampleEvent('webhook.disabled'));
    expect(cardOf({ ...event, webhook: { id: event.webhook.id, ...known } }, context)).toMatchObject({ app: name, facts: 'host' in known ? [{ name: 'Endpoint' }] : [] });
  });

  it('pings for what somebody must mend, not for a circuit', () => {
    const pinging = eventType.options.filter(isOperational).filter((type) => cardOf(completed(exampleEvent(type)), context).outcome.failed);
    expect(pinging).toEqual(['webhook.failing', 'webhook.disabled', 'delivery.exhausted']);
  });

  it('is shown whatever the owner hides', () => {
    expect(hiddenBecause(completed(exampleEvent('webhook.disabled')), {})).toBeUndefined();
  });
});

describe('that a webhook was disabled', () => {
  const event = completed(exampleEvent('webhook.disabled'));

  it('is said in Slack', () => {
    expect(payloadOf(slack, event)).toMatchObject({
      text: ':no_entry: *Webhook disabled* — Build dashboard',
      attachments: [
        {
          color: '#E01E5A',
          blocks: [
            {
              fields: [
                { text: '*Endpoint*\n`hooks.pixelforge.example`' },
                { text: '*Reason*\nno success for 5 days' },
                { text: '*Failing since*\n2026-05-10 15:08 UTC' },
                { text: '*Failures in a row*\n94' },
              ],
            },
            { type: 'context' },
          ],
        },
      ],
    });
  });

  it('is said in Discord', () => {
    expect(payloadOf(discord, event)).toMatchObject({
      embeds: [
        {
          title: '⛔ Webhook disabled: Build dashboard',
          color: 0xe01e5a,
          fields: [
            { name: 'Endpoint', value: '`hooks.pixelforge.example`' },
            { name: 'Reason', value: 'no success for 5 days' },
            { name: 'Failing since', value: expect.stringContaining('15') as string },
            { name: 'Failures in a row', value: '94' },
          ],
        },
      ],
    });
  });

  it('is said in Teams', () => {
    const { attachments } = payloadOf(teams, event) as { attachments?: [{ content: { fallbackText: string; body: unknown[] } }] };
    expect(attachments?.[0].content.body).toMatchObject([
      { style: 'attention', items: [{ text: '⛔ Webhook disabled' }, { inlines: [{ text: 'Build dashboard' }] }] },
      { facts: [{ title: 'Failures in a row', value: '94' }] },
      { inlines: [{ text: 'Endpoint: ' }, { text: 'hooks.pixelforge.example' }] },
      { inlines: [{ text: 'Reason: ' }, { text: 'no success for 5 days' }] },
      { inlines: [{ text: 'Failing since: ' }, { text: '2026-05-10 15:08 UTC' }] },
      { type: 'TextBlock' },
      { type: 'RichTextBlock' },
    ]);
  });
});
