import { deliveryRendered, newId, renderedAlone } from '@buildwire/contracts';
import type { Format, RenderedDelivery } from '@buildwire/contracts';
import { SecretBox, webhookUrlContext } from '@buildwire/database';
import { Publisher } from '@buildwire/messaging';
import { eventually, freePort, startReceiver } from '@buildwire/testing';
import type { ReceivedRequest, Receiver, Script } from '@buildwire/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EndpointGates } from './endpoint-gates.js';
import { refusals } from './metrics.js';
import { aDelivery } from './spec-support/deliveries.js';
import { ORGANIZATION, startDelivery } from './spec-support/start-delivery.js';
import type { DeliveryStack } from './spec-support/start-delivery.js';

/** How much earlier than it was sent, by the clocks, a request may seem to have come. */
const TOLERANCE_MS = 50;

let stack: DeliveryStack;
const receivers: Receiver[] = [];
beforeAll(async () => {
  stack = await startDelivery();
});
afterEach(async () => {
  await Promise.all(receivers.splice(0).map((receiver) => receiver.close()));
});
afterAll(async () => {
  await stack?.stop();
});

describe('an endpoint that hangs', () => {
  it('E21: never has more under way than its cap, and is not felt by the others', async () => {
    const gate = aGate();
    const hanging = await listen(gate.script);
    const healthy = await listen();
    const slow = await aWebhook(hanging.url, { concurrency: 3 });
    const others = await Promise.all([1, 2, 3, 4].map((place) => aWebhook(`${healthy.url}/${place}`)));
    await publish([slow, ...others].flatMap((webhookId) => Array.from({ length: 20 }, () => webhookId)));

    await healthy.waitFor(80, 5_000);
    expect(gate.underWay()).toBe(3);
    await eventually(() => expect(postponementsOf(slow).length).toBeGreaterThanOrEqual(17));
    expect(postponementsOf(slow)[0]?.reason).toBe('as many requests to the webhook are under way as it can take: 3');

    gate.open();
    await hanging.waitFor(20, 25_000);
    expect(gate.most()).toBe(3);
    await eventually(() => expect(stack.log.attempted.filter(({ webhookId }) => webhookId === slow).map(({ attempt }) => attempt)).toEqual(Array(20).fill(1)));
  }, 60_000);

  it('makes a resend wait, which goes to the end of its lane and arrives', async () => {
    const gate = aGate();
    const receiver = await listen(gate.script);
    const webhookId = await aWebhook(receiver.url, { concurrency: 1 });
    await publish([webhookId]);
    await receiver.waitFor(1);
    const before = await refused();
    const [resend] = await publish([webhookId], { trigger: 'resend', resendId: 'rsd_1' });
    await eventually(async () => expect(await refused()).toBe(before + 1));
    gate.open();
    await receiver.waitFor(2);
    await eventually(() => expect(stack.log.attempted.find(({ deliveryId }) => deliveryId === resend?.deliveryId)).toMatchObject({ trigger: 'resend', postponements: 1, outcome: 'accepted' }));
    expect(gate.most()).toBe(1);
  });
});

describe('a dead host', () => {
  it('E24: with many webhooks costs an attempt each, and is not felt by the others', async () => {
    const dead = `http://127.0.0.1:${await freePort()}`;
    const healthy = await listen();
    const webhookIds = await Promise.all(Array.from({ length: 150 }, (_, place) => aWebhook(`${dead}/${place}`)));
    const other = await aWebhook(healthy.url);
    await publish([...webhookIds, ...Array.from({ length: 20 }, () => other)]);
    await healthy.waitFor(20, 10_000);
    const dying = new Set(webhookIds);
    const failed = await eventually(() => {
      const attempts = stack.log.attempted.filter(({ webhookId }) => dying.has(webhookId));
      expect(attempts).toHaveLength(150);
      return attempts;
    });
    expect(new Set(failed.map(({ outcome }) => outcome))).toEqual(new Set(['connect']));
    await eventually(() => expect(stack.app.get(EndpointGates).size).toBeLessThan(20));
  });
});

describe('a pace', () => {
  it('is kept before the target refuses, by all deliveries of a chat webhook', async () => {
    const receiver = await listen();
    const webhookId = await aWebhook(receiver.url, { format: 'slack', perSecond: 5 });
    await publish(Array.from({ length: 16 }, () => webhookId), { format: 'slack', dialect: null });
    const times = timesOf(await receiver.waitFor(16, 20_000));
    for (const [place, time] of times.slice(5).entries()) expect(time - (times[place] ?? 0)).toBeGreaterThanOrEqual(1_000 - TOLERANCE_MS);
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThan(10_000);
  });

  it('is shared by two webhooks with one address', async () => {
    const receiver = await listen();
    const url = `${receiver.url}/services/T1/B1/secret`;
    const webhookIds = [await aWebhook(url, { format: 'slack', perSecond: 1 }), await aWebhook(url, { format: 'slack', perSecond: 1 })];
    await publish([...webhookIds, ...webhookIds], { format: 'slack', dialect: null });
    const times = timesOf(await receiver.waitFor(4, 15_000));
    for (const [place, time] of times.slice(1).entries()) expect(time - (times[place] ?? 0)).toBeGreaterThanOrEqual(1_000 - TOLERANCE_MS);
  });
});

describe('an endpoint that asks for time', () => {
  it.each([
    ['E17: with 429 and Retry-After', 'raw' as const, { status: 429, headers: { 'retry-after': '2' } }, 2_000],
    ['E19: with 503 and Retry-After', 'raw' as const, { status: 503, headers: { 'retry-after': '1' } }, 1_000],
    ['with a success that used up Discord’s limit', 'discord' as const, { status: 204, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset-after': '1.5' } }, 1_500],
  ])('%s gets none of its webhook’s deliveries until then', async (_, format, answer, holdMs) => {
    const receiver = await listen((__, index) => (index === 0 ? answer : { status: 204 }));
    const webhookId = await aWebhook(`${receiver.url}/api/webhooks/1/${newId('whk')}`, { format });
    const kind = { format, dialect: format === 'raw' ? ('buildwire' as const) : null };
    await publish([webhookId], kind);
    await eventually(() => expect(stack.log.attempted.some((attempt) => attempt.webhookId === webhookId)).toBe(true));
    await publish([webhookId, webhookId, webhookId], kind);
    const [first = 0, ...others] = timesOf(await receiver.waitFor(4, 15_000));
    expect(Math.min(...others) - first).toBeGreaterThanOrEqual(holdMs - TOLERANCE_MS);
  });
});

describe('a webhook that is paused', () => {
  it('keeps its deliveries back for an hour or until it is resumed', async () => {
    const receiver = await listen();
    const webhookId = await aWebhook(receiver.url);
    await stack.database.query('update matching.webhook set paused_at = now() where id = $1', [webhookId]);
    await publish([webhookId]);
    const [postponed] = await eventually(() => {
      expect(postponementsOf(webhookId)).toHaveLength(1);
      return postponementsOf(webhookId);
    });
    expect(postponed?.reason).toBe('the webhook is paused');
    expect((postponed?.untilMs ?? 0) - (postponed?.postponedAtMs ?? 0)).toBeGreaterThanOrEqual(0.8 * 3_600_000);
    expect(receiver.requests).toEqual([]);
  });
});

/** How many were refused because of their webhook's concurrency. */
async function refused(): Promise<number> {
  const { values } = await refusals.get();
  return values.find(({ labels }) => labels.cause === 'concurrency')?.value ?? 0;
}

async function listen(script?: Script): Promise<Receiver> {
  const receiver = await startReceiver(script);
  receivers.push(receiver);
  return receiver;
}

async function aWebhook(url: string, { format = 'raw', ...limits }: { format?: Format; concurrency?: number; perSecond?: number } = {}): Promise<string> {
  const id = await stack.aWebhook(url);
  await stack.database.query('update matching.webhook set limits = $2 where id = $1', [id, JSON.stringify(limits)]);
  if (format === 'raw') return id;
  const { sealed, keyId } = stack.app.get(SecretBox).seal(Buffer.from(url), webhookUrlContext(ORGANIZATION, id));
  await stack.database.query('update matching.webhook set format = $2, dialect = null, url = null, url_sealed = $3, url_key_id = $4 where id = $1', [id, format, sealed, keyId]);
  return id;
}

async function publish(webhookIds: readonly string[], over: Partial<RenderedDelivery> = {}): Promise<RenderedDelivery[]> {
  const deliveries = webhookIds.map((webhookId) => aDelivery({ organizationId: ORGANIZATION, webhookId, ...over }));
  await stack.app.get(Publisher).publishAll(deliveryRendered, deliveries.map(renderedAlone));
  return deliveries;
}

function postponementsOf(webhookId: string) {
  return stack.log.postponed.filter((postponed) => postponed.webhookId === webhookId);
}

function timesOf(requests: readonly ReceivedRequest[]): number[] {
  return requests.map(({ receivedAt }) => receivedAt);
}

/** An endpoint that answers nobody until it is opened, and counts how many it keeps waiting. */
function aGate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  let underWay = 0;
  let most = 0;
  const script: Script = async () => {
    underWay += 1;
    most = Math.max(most, underWay);
    await opened;
    underWay -= 1;
    return {};
  };
  return { script, open: () => open(), underWay: () => underWay, most: () => most };
}
