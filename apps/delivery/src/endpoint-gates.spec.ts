import { newId } from '@buildwire/contracts';
import type { RenderedDelivery } from '@buildwire/contracts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Entry, Settlement } from './admission.js';
import { EndpointGates } from './endpoint-gates.js';
import { aDelivery } from './spec-support/deliveries.js';
import { aWebhook } from './spec-support/settings.js';
import type { WebhookSettings } from './webhook-settings.js';

const NOW = 1_800_000_000_000;
const SUCCEEDED: Settlement = { durationMs: 5, speed: 'succeeded' };

let gates: EndpointGates;
let openUntilMs: number | undefined;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
  openUntilMs = undefined;
  gates = startGates();
});
afterEach(() => {
  gates.onApplicationShutdown();
  vi.useRealTimers();
});

describe('a webhook', () => {
  it('has no more under way than its cap; what comes beyond waits its turn', async () => {
    const webhook = aWebhook({ concurrency: 2 });
    const [first] = [await enter(webhook), await enter(webhook)];
    const order: number[] = [];
    const waiting = [1, 2].map((place) => enter(webhook).then((entry) => (order.push(place), entry)));
    await vi.advanceTimersByTimeAsync(100);
    expect(order).toEqual([]);
    leave(first);
    await vi.advanceTimersByTimeAsync(0);
    expect(order).toEqual([1]);
    leave(await waiting[0]);
    expect(await waiting[1]).toMatchObject({ kind: 'admitted' });
  });

  it('whose endpoint hangs keeps nobody waiting for more than a second; those who leave come back one after the other', async () => {
    const webhook = aWebhook({ concurrency: 2 });
    await enter(webhook);
    await enter(webhook);
    await vi.advanceTimersByTimeAsync(1_500);
    const late = [enter(webhook), enter(webhook), enter(webhook)];
    await vi.advanceTimersByTimeAsync(1_000);
    const refused = await Promise.all(late);
    expect(refused.map(reasonOf)).toEqual(Array(3).fill('as many requests to the webhook are under way as it can take: 2'));
    expect(refused.map(turnOf)).toEqual([3_000, 4_250, 5_500]);
    expect(reasonOf(await enter(webhook))).toContain('are under way');
  });

  it('whose endpoint hangs gives its slots back after a second, so that others have room', async () => {
    const hanging = aWebhook({ concurrency: 100 });
    const many = aWebhook({ id: newId('whk'), organizationId: 'org_other', concurrency: 100 });
    gates.onApplicationShutdown();
    gates = startGates(1, 20);
    const begun = Array.from({ length: 20 }, () => enter(hanging));
    expect(await settledOf(begun.slice(0, 17))).toEqual(Array(17).fill('admitted'));
    await vi.advanceTimersByTimeAsync(1_300);
    const others = Array.from({ length: 17 }, () => enter(many));
    await vi.advanceTimersByTimeAsync(1);
    expect(await settledOf(others)).toEqual(Array(17).fill('admitted'));
  });

  it('has four times its cap waiting while others want room too, and the rest leaves at once', async () => {
    const webhook = aWebhook({ concurrency: 2 });
    await enter(aWebhook({ id: newId('whk'), organizationId: 'org_other' }));
    const entries = Array.from({ length: 12 }, () => enter(webhook));
    await vi.advanceTimersByTimeAsync(1);
    expect(await settledOf(entries)).toEqual([...Array(2).fill('admitted'), ...Array(8).fill('waits'), 'refused', 'refused']);
  });

  it('E21: gets fewer at a time while it answers slowly', async () => {
    const webhook = aWebhook({ concurrency: 4 });
    for (let slow = 0; slow < 20; slow++) leave(await enter(webhook), { durationMs: 14_900, speed: 'slow' });
    await enter(webhook);
    const second = enter(webhook);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(reasonOf(await second)).toBe('as many requests to the webhook are under way as it can take: 1');
  });

  it('has its part of the cap and of the pace in each replica', async () => {
    gates = startGates(3);
    const capped = aWebhook({ concurrency: 10 });
    expect(await settledOf(Array.from({ length: 6 }, () => enter(capped)))).toEqual([...Array(4).fill('admitted'), 'waits', 'waits']);
    const paced = aWebhook({ id: newId('whk'), limits: { perSecond: 1 } });
    await enter(paced);
    expect(turnOf(await enter(paced))).toBe(3_000);
  });
});

describe('an open circuit', () => {
  it('takes no slot; the backlog comes back after the probe, two a second for each request that may be under way', async () => {
    openUntilMs = NOW + 30_000;
    const webhook = aWebhook({ concurrency: 2 });
    const turns = await Promise.all(Array.from({ length: 9 }, async () => turnOf(await enter(webhook))));
    expect(turns[0]).toBeGreaterThanOrEqual(30_800);
    expect((turns[8] ?? 0) - (turns[0] ?? 0)).toBeGreaterThanOrEqual(1_600);
    expect(turns[8]).toBeLessThan(33_500);
    expect(turns).toEqual([...turns].sort((one, other) => one - other));
  });

  it('keeps that rate when it opens again while turns are still to come', async () => {
    openUntilMs = NOW + 30_000;
    const webhook = aWebhook({ concurrency: 1 });
    const turns = await Promise.all(Array.from({ length: 9 }, async () => turnOf(await enter(webhook))));
    await vi.advanceTimersByTimeAsync(31_000);
    openUntilMs = NOW + 32_000;
    const again = await Promise.all(Array.from({ length: 9 }, async () => turnOf(await enter(webhook))));
    const all = [...turns, ...again].sort((one, other) => one - other);
    all.slice(1).forEach((turn, index) => expect(turn - (all[index] ?? 0)).toBeGreaterThanOrEqual(499));
  });

  it('is not asked by a resend or a test', async () => {
    openUntilMs = NOW + 30_000;
    expect(await settledOf((['resend', 'test'] as const).map((trigger) => enter(aWebhook(), { trigger })))).toEqual(['admitted', 'admitted']);
  });
});

describe('a pace', () => {
  it('lets the next start when its time has come, in memory if that is soon', async () => {
    const webhook = aWebhook({ limits: { perSecond: 2 } });
    await enter(webhook);
    await enter(webhook);
    await vi.advanceTimersByTimeAsync(200);
    const third = enter(webhook);
    await vi.advanceTimersByTimeAsync(799);
    expect(await settledOf([third])).toEqual(['waits']);
    await vi.advanceTimersByTimeAsync(1);
    expect(await settledOf([third])).toEqual(['admitted']);
  });

  it('is one for all webhooks with one chat address', async () => {
    const [one, other, elsewhere] = ['a?x=1', 'a', 'b'].map((path) => aWebhook({ id: newId('whk'), format: 'slack', url: `https://hooks.slack.com/services/${path}` }));
    await enter(one);
    await vi.advanceTimersByTimeAsync(500);
    expect(await settledOf([enter(other), enter(elsewhere)])).toEqual(['waits', 'admitted']);
  });

  it('sends back what comes beyond it at its own rate; what comes anew queues behind, and what comes back does not', async () => {
    const webhook = aWebhook({ format: 'teams', limits: { perSecond: 1 }, url: 'https://teams.example/a' });
    leave(await enter(webhook));
    void enter(webhook);
    expect([turnOf(await enter(webhook)), turnOf(await enter(webhook))]).toEqual([2_000, 3_000]);
    await vi.advanceTimersByTimeAsync(2_000);
    const anew = await enter(webhook);
    expect([reasonOf(anew), turnOf(anew)]).toEqual(['earlier deliveries to the webhook wait', 4_000]);
    expect(await settledOf([enter(webhook, { postponements: 1 })])).toEqual(['admitted']);
  });
});

describe('an endpoint that asks for time', () => {
  it('E17: gets it for all its deliveries, which come back one after the other', async () => {
    const webhook = aWebhook({ concurrency: 2 });
    leave(await enter(webhook), { durationMs: 5, speed: 'unknown', hold: { scope: 'endpoint', forMs: 30_000 } });
    const [first, second] = [await enter(webhook), await enter(webhook)];
    expect(reasonOf(first)).toBe(`the endpoint asked for time, until ${new Date(NOW + 30_000).toISOString()}`);
    expect([turnOf(first), turnOf(second)]).toEqual([30_000, 30_001]);
  });

  it('E19: gets ever more while it does not say for how long', async () => {
    const webhook = aWebhook();
    const unsaid: Settlement = { durationMs: 5, speed: 'slow', hold: { scope: 'endpoint' } };
    const [one, other] = [await enter(webhook), await enter(webhook)];
    leave(one, unsaid);
    leave(other, unsaid);
    await vi.advanceTimersByTimeAsync(1_000);
    leave(await enter(webhook), unsaid);
    expect(turnOf(await enter(webhook))).toBe(3_000);
  });

  it('is the whole host when Discord’s global limit is reached, but for Discord only', async () => {
    const discord = () => aWebhook({ id: newId('whk'), format: 'discord', url: `https://discord.com/api/webhooks/1/${newId('whk')}` });
    leave(await enter(discord()), { durationMs: 5, speed: 'unknown', hold: { scope: 'host', forMs: 9_000 } });
    expect(reasonOf(await enter(discord()))).toContain('asked for time');
    expect(await settledOf([enter(aWebhook({ url: 'https://discord.com/hook' }))])).toEqual(['admitted']);
  });
});

describe('an organization', () => {
  it('leaves room for others, however many webhooks it has', async () => {
    gates = startGates(1, 32);
    const flood = Array.from({ length: 40 }, () => enter(aWebhook({ id: newId('whk'), concurrency: 1 })));
    expect((await settledOf(flood)).filter((state) => state === 'admitted')).toHaveLength(28);
    const others = ['org_b', 'org_c'].map((organizationId) => enter(aWebhook({ id: newId('whk'), organizationId }), { organizationId }));
    expect(await settledOf(others)).toEqual(['admitted', 'admitted']);
  });

  it('whose slots come free gives them to who is short of them', async () => {
    gates = startGates(1, 8);
    const [first] = await Promise.all(Array.from({ length: 8 }, () => enter(aWebhook({ id: newId('whk') }))));
    const other = enter(aWebhook({ id: newId('whk'), organizationId: 'org_b' }), { organizationId: 'org_b' });
    expect(await settledOf([other])).toEqual(['waits']);
    leave(first);
    expect(await settledOf([other])).toEqual(['admitted']);
  });
});

describe('a resend', () => {
  it('waits for five seconds in its lane', async () => {
    const webhook = aWebhook({ concurrency: 1 });
    await enter(webhook);
    const resend = enter(webhook, { trigger: 'resend' });
    await vi.advanceTimersByTimeAsync(4_999);
    expect(await settledOf([resend])).toEqual(['waits']);
    await vi.advanceTimersByTimeAsync(1);
    expect(await settledOf([resend])).toEqual(['refused']);
  });
});

describe('memory', () => {
  it('E24: is not taken by 100,000 webhooks that were called once, nor by 100,000 on a dead host', async () => {
    for (let webhook = 0; webhook < 100_000; webhook++) {
      leave(await enter(aNamedWebhook(`whk_a${webhook}`)));
      leave(await enter(aNamedWebhook(`whk_b${webhook}`)), { durationMs: 1, speed: 'unknown' });
    }
    expect(gates.size).toBe(0);
  });

  it('is given back when paces and holds are over', async () => {
    for (let webhook = 0; webhook < 1_000; webhook++) {
      leave(await enter(aNamedWebhook(`whk_a${webhook}`, { limits: { perSecond: 5 } })), { durationMs: 1, speed: 'unknown', hold: { scope: 'endpoint', forMs: 5_000 } });
    }
    expect(gates.size).toBe(1_000);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(gates.size).toBe(0);
  });
});

function startGates(replicas = 1, slots = 256): EndpointGates {
  const refusal = () => (openUntilMs === undefined ? undefined : { kind: 'open' as const, untilMs: openUntilMs, reason: 'the circuit is open' });
  return new EndpointGates({ refusal }, { count: replicas }, slots);
}

const template = aWebhook();
function aNamedWebhook(id: string, over: Parameters<typeof aWebhook>[0] = {}): WebhookSettings {
  return { ...(Object.keys(over).length === 0 ? template : aWebhook(over)), id };
}

async function enter(webhook: WebhookSettings | undefined, over: Partial<RenderedDelivery> = {}): Promise<Entry> {
  if (webhook === undefined) throw new Error('no webhook');
  return gates.enter(aDelivery({ deliveryId: 'dlv_1', organizationId: webhook.organizationId, webhookId: webhook.id, ...over }), webhook);
}

function leave(entry: Entry | undefined, settlement: Settlement = SUCCEEDED): void {
  if (entry?.kind !== 'admitted') throw new Error('not admitted');
  entry.leave(settlement);
}

function reasonOf(entry: Entry): string {
  return entry.kind === 'refused' ? entry.reason : entry.kind;
}

/** In ms from the beginning of the test. */
function turnOf(entry: Entry): number {
  return entry.kind === 'refused' ? entry.untilMs - NOW : Number.NaN;
}

async function settledOf(entries: readonly Promise<Entry>[]): Promise<string[]> {
  await vi.advanceTimersByTimeAsync(0);
  return Promise.all(entries.map((entry) => Promise.race([entry.then(({ kind }) => kind), Promise.resolve('waits').then((state) => state)])));
}
