import { describe, expect, it } from 'vitest';
import { chatTargetOf, isTeamsConnector, shownUrl } from './chat-url.js';

describe('chatTargetOf', () => {
  it.each([
    ['https://hooks.slack.com/services/T1/B1/x', 'slack'],
    ['https://hooks.slack-gov.com/services/T1/B1/x', 'slack'],
    ['https://hooks.slack.com/workflows/T1/A1/x', undefined],
    ['https://discord.com/api/webhooks/1/x', 'discord'],
    ['https://discordapp.com/api/v10/webhooks/1/x?thread_id=2', 'discord'],
    ['https://ptb.discord.com/api/webhooks/1/x', 'discord'],
    ['https://canary.discord.com/api/webhooks/1/x/slack', 'discord'],
    ['https://discord.com/developers', undefined],
    ['https://default1a.2b.environment.api.powerplatform.com:443/powerautomate/automations/direct/workflows/1/triggers/manual/paths/invoke?sig=x', 'teams'],
    ['https://prod-12.westeurope.logic.azure.com:443/workflows/1/triggers/manual/paths/invoke?sig=x', 'teams'],
    ['https://evil.example/hooks.slack.com/services/T1', undefined],
    ['https://hooks.slack.com.evil.example/services/T1', undefined],
    ['https://evil-discord.com/api/webhooks/1/x', undefined],
    ['https://evillogic.azure.com/workflows/1', undefined],
    ['http://127.0.0.1:9000/', undefined],
  ])('says of %s: %s', (url, target) => {
    expect(chatTargetOf(url)).toBe(target);
  });
});

describe('isTeamsConnector', () => {
  it.each([
    ['https://contoso.webhook.office.com/webhookb2/1', true],
    ['https://outlook.office.com/webhook/1', true],
    ['https://outlook.office365.com/webhook/1', true],
    ['https://prod-12.westeurope.logic.azure.com/workflows/1', false],
    ['https://webhook.office.com.example/', false],
  ])('says of %s: %s', (url, retired) => {
    expect(isTeamsConnector(url)).toBe(retired);
  });
});

describe('shownUrl', () => {
  it('shows the host and the last four characters of a chat URL', () => {
    expect(shownUrl('slack', 'https://hooks.slack.com/services/T00/B00/secret-abcd')).toBe('https://hooks.slack.com/…abcd');
    expect(shownUrl('teams', 'http://127.0.0.1:9000/workflows/1?sig=topsecret')).toBe('http://127.0.0.1:9000/…cret');
  });

  it('shows the whole of any other', () => {
    expect(shownUrl('raw', 'https://example.com/hook?a=1')).toBe('https://example.com/hook?a=1');
  });
});
