import { WebhookClient, parseAllowList } from '@buildwire/outbound-http';
import { startReceiver } from '@buildwire/testing';
import type { Receiver } from '@buildwire/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AttemptSender } from './attempt-sender.js';
import { aDelivery } from './spec-support/deliveries.js';
import { SECRET, aWebhook } from './spec-support/settings.js';

let receiver: Receiver;
const client = new WebhookClient({ allow: parseAllowList('loopback') });
const sender = new AttemptSender(client);

beforeAll(async () => {
  receiver = await startReceiver(() => ({ status: 200 }));
});
beforeEach(() => void (receiver.requests.length = 0));
afterAll(async () => {
  await client.close();
  await receiver.close();
});

describe('an attempt', () => {
  it('is on the wire what it says it sent, with the documented casing', async () => {
    const delivery = aDelivery({ body: '{"name":"MyGame 🦊"}' });
    const sent = await sender.send(delivery, aWebhook({ dialect: 'buildpixel', url: `${receiver.url}/hook` }));
    expect(sent).toMatchObject({ url: `${receiver.url}/hook`, result: { kind: 'answered', statusCode: 200 } });
    const [request] = receiver.requests;
    expect(request?.rawHeaders).toEqual(sent.headers);
    expect(request?.body.toString('utf8')).toBe(delivery.body);
    expect(sent.headers.map(([name]) => name)).toContain('X-BuildPixel-Signature');
  });

  it('shows neither a chat target’s address nor a secret', async () => {
    const url = `${receiver.url}/services/T00/B00/topsecretabcd`;
    const chat = await sender.send(aDelivery(), aWebhook({ format: 'slack', url }));
    expect(chat.url).toBe(`${receiver.url}/…abcd`);
    expect(JSON.stringify(chat)).not.toContain('topsecret');
    expect(receiver.requests[0]?.path).toBe('/services/T00/B00/topsecretabcd');
    const raw = await sender.send(aDelivery(), aWebhook({ dialect: 'expo', url: receiver.url }));
    expect(JSON.stringify(raw)).not.toContain(SECRET);
  });

  it('does not follow a redirect', async () => {
    receiver.answerWith(() => ({ status: 302, headers: { location: `${receiver.url}/elsewhere` } }));
    const { result } = await sender.send(aDelivery(), aWebhook({ dialect: 'eas', url: receiver.url }));
    expect(result).toMatchObject({ statusCode: 302 });
    expect(receiver.requests).toHaveLength(1);
  });
});
