import { describe, expect, it } from 'vitest';
import { chatAddress } from './chat-address.js';

const WAITS = 'wait=true&with_components=true';

describe('the address of a Discord webhook', () => {
  it.each([
    ['https://discord.com/api/webhooks/123/To-k_en', `https://discord.com/api/v10/webhooks/123/To-k_en?${WAITS}`],
    ['https://discord.com/api/v6/webhooks/123/abc', `https://discord.com/api/v10/webhooks/123/abc?${WAITS}`],
    ['https://discord.com/api/v10/webhooks/123/abc/', `https://discord.com/api/v10/webhooks/123/abc?${WAITS}`],
    ['https://ptb.discord.com/api/webhooks/123/abc/slack', `https://ptb.discord.com/api/v10/webhooks/123/abc?${WAITS}`],
    ['https://canary.discord.com/api/webhooks/123/abc/github', `https://canary.discord.com/api/v10/webhooks/123/abc?${WAITS}`],
    ['https://discordapp.com/api/webhooks/123/abc?thread_id=9', `https://discordapp.com/api/v10/webhooks/123/abc?thread_id=9&${WAITS}`],
    ['https://discord.com/api/webhooks/123/abc?wait=false&thread_id=9', 'https://discord.com/api/v10/webhooks/123/abc?wait=true&thread_id=9&with_components=true'],
    ['http://127.0.0.1:9000/api/webhooks/123/abc', `http://127.0.0.1:9000/api/v10/webhooks/123/abc?${WAITS}`],
    ['http://127.0.0.1:9000/any/other', `http://127.0.0.1:9000/any/other?${WAITS}`],
  ])('%s becomes %s', (url, address) => {
    expect(chatAddress('discord', url)).toBe(address);
    expect(chatAddress('discord', address)).toBe(address);
  });
});

describe('any other address', () => {
  it.each([
    ['slack', 'https://hooks.slack.com/services/T00/B00/xyz'],
    ['teams', 'https://default1a.2b.environment.api.powerplatform.com:443/workflows/1/invoke?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=a_b-c'],
    ['raw', 'https://discord.com/api/webhooks/123/abc'],
  ] as const)('stays as it is: %s %s', (format, url) => {
    expect(chatAddress(format, url)).toBe(url);
  });
});
