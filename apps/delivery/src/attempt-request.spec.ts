import { describe, expect, it } from 'vitest';
import { attemptRequest } from './attempt-request.js';
import { aDelivery } from './spec-support/deliveries.js';
import { aWebhook } from './spec-support/settings.js';

const SENT_AT_MS = 1_760_000_000_789;
const delivery = aDelivery({
  body: '{"status":"finished","id":"b-1","artifactUrl":"https://a.example/x.apk","platform":"android"}',
  contentType: 'application/cloudevents+json; charset=UTF-8',
  headers: [['ce-id', 'evt-1']],
});
const requestTo = (webhook: Parameters<typeof aWebhook>[0]) => attemptRequest(delivery, aWebhook(webhook), SENT_AT_MS);
const namesOf = (webhook: Parameters<typeof aWebhook>[0]) => requestTo(webhook).headers.map(([name]) => name);

describe('the request of an attempt', () => {
  it('holds the content type, the body’s own headers, the owner’s, the dialect’s signature and the Standard Webhooks headers, in this order', () => {
    const { headers, body, url } = requestTo({ dialect: 'expo', headers: { 'X-Team': 'games' } });
    expect(headers).toEqual([
      ['Content-Type', 'application/cloudevents+json; charset=UTF-8'],
      ['ce-id', 'evt-1'],
      ['X-Team', 'games'],
      ['expo-signature', 'sha1=a37f0117167bb9836ee210fef8ffa558288bf2d9'],
      ['webhook-id', delivery.deliveryId],
      ['webhook-timestamp', '1760000000'],
      ['webhook-signature', expect.stringMatching(/^v1,/)],
    ]);
    expect(body.toString('utf8')).toBe(delivery.body);
    expect(url).toBe('https://example.com/hook');
  });

  it.each([
    [{ dialect: 'eas' }, ['expo-signature', 'webhook-id', 'webhook-timestamp', 'webhook-signature']],
    [{ dialect: 'capawesome' }, ['X-Signature', 'webhook-id', 'webhook-timestamp', 'webhook-signature']],
    [{ dialect: 'buildpixel', signing: { standardWebhooks: false } }, ['X-BuildPixel-Signature']],
    [{ dialect: 'appflow' }, ['webhook-id', 'webhook-timestamp', 'webhook-signature']],
    [{ dialect: 'appflow', signing: { standardWebhooks: false } }, []],
    [{ format: 'slack', url: 'https://hooks.slack.com/services/1' }, []],
    [{ format: 'teams' }, []],
  ] as const)('for %j is signed by %j', (webhook, names) => {
    expect(namesOf(webhook).filter((name) => /sign|webhook/i.test(name))).toEqual(names);
  });

  it('goes to Discord’s current version, as a bot', () => {
    const { url, headers } = requestTo({ format: 'discord', url: 'https://discord.com/api/webhooks/1/abc?thread_id=2' });
    expect(url).toBe('https://discord.com/api/v10/webhooks/1/abc?thread_id=2&wait=true&with_components=true');
    expect(headers[0]).toEqual(['User-Agent', 'DiscordBot (https://buildwire.dev, 1.0)']);
  });

  it('E1: has the webhook’s own time limit, if it has one', () => {
    expect(requestTo({ timeoutMs: 1_234 }).timeoutMs).toBe(1_234);
    expect('timeoutMs' in requestTo({})).toBe(false);
  });

  it('E15: is trusted with the webhook’s own certificate authority, if it has one', () => {
    expect(requestTo({ ca: 'PEM' }).ca).toBe('PEM');
    expect('ca' in requestTo({})).toBe(false);
  });

  it('is not made without a key', () => {
    expect(() => requestTo({ keys: [] })).toThrow(expect.objectContaining({ code: 'secret.invalid' }));
  });
});
