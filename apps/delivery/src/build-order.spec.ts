import { deliveryRendered, newId, webhookChangedSubject, renderedAlone } from '@buildwire/contracts';
import type { EventType, RenderedDelivery } from '@buildwire/contracts';
import { Backlog, CoreNats, Publisher } from '@buildwire/messaging';
import { eventually, startReceiver } from '@buildwire/testing';
import type { Receiver } from '@buildwire/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WAITS_FOR_ITS_TURN } from './build-turns.js';
import { PAUSED } from './latecomers.js';
import { aDelivery } from './spec-support/deliveries.js';
import { ORGANIZATION, startDelivery } from './spec-support/start-delivery.js';
import type { DeliveryStack } from './spec-support/start-delivery.js';
import { WebhookEffects } from './webhook-effects.js';

const RANKS = { 'build.created': 0, 'build.queued': 1, 'build.started': 2, 'build.finished': 3 } as const;
type State = keyof typeof RANKS;
const states: readonly State[] = ['build.created', 'build.queued', 'build.started', 'build.finished'];
const NEVER = 9_999;
const ENDED = ['succeeded', 'exhausted'];

let stack: DeliveryStack;
let receiver: Receiver;

beforeAll(async () => {
  stack = await startDelivery();
  await stack.addReplica();
});
afterAll(async () => stack.stop());
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(async () => receiver.close());

describe('a webhook that asks for order', () => {
  it('gets the end of a build after its start, though the start fails at first', async () => {
    receiver.answerWith(({ body }, index) => ({ status: body.toString() === 'build.started' && index === 0 ? 500 : 200 }));
    const webhookId = await aWebhook({ ordering: 'per-build', schedule: [1] });
    await publish(stateOf(webhookId, 'build.started'));
    await receiver.waitFor(1);
    await publish(stateOf(webhookId, 'build.finished'));
    await receiver.waitFor(3);
    expect(heard()).toEqual(['build.started', 'build.started', 'build.finished']);
  });

  it('gets no start that comes after the end, and the log says why', async () => {
    const webhookId = await aWebhook({ ordering: 'per-build', schedule: [] });
    await publish(stateOf(webhookId, 'build.finished'));
    await receiver.waitFor(1);
    const late = stateOf(webhookId, 'build.started');
    await publish(late);
    await eventually(() => expect(closureOf(late)).toMatchObject({ status: 'canceled', reason: 'overtaken by a later state of its build' }));
    expect(heard()).toEqual(['build.finished']);
  });

  it('gets nothing of a message that comes again after its report, when others may have gone', async () => {
    const webhookId = await aWebhook({ ordering: 'per-build', schedule: [] });
    const start = stateOf(webhookId, 'build.started');
    await publish(start);
    await receiver.waitFor(1);
    await publish(stateOf(webhookId, 'build.finished'));
    await receiver.waitFor(2);
    // As a replica would get it that takes over from one that died before it could acknowledge.
    await publish({ ...start, postponements: 1, resendId: 'again' });
    await eventually(async () => expect(await stack.app.get(Backlog).unsettled(deliveryRendered.stream, 'delivery-retry')).toBe(0));
    expect(heard()).toEqual(['build.started', 'build.finished']);
  });

  it('gets what a pause kept back in order, and nothing of it is lost', async () => {
    const webhookId = await aWebhook({ ordering: 'per-build', schedule: [] });
    await change(webhookId, 'paused_at = now()');
    const [start, end] = [stateOf(webhookId, 'build.started'), stateOf(webhookId, 'build.finished')];
    await publish(start);
    await eventually(() => expect(postponementsOf(start)).toEqual([WAITS_FOR_ITS_TURN, PAUSED]));
    await publish(end);
    await eventually(() => expect(postponementsOf(end)).toEqual([WAITS_FOR_ITS_TURN]));
    await change(webhookId, 'paused_at = null');
    await stack.app.get(WebhookEffects).bringForward({ organizationId: start.organizationId, webhookId });
    await receiver.waitFor(2);
    expect(heard()).toEqual(['build.started', 'build.finished']);
  });

  it('gets the states of other builds meanwhile', async () => {
    receiver.answerWith(({ body }) => ({ status: body.toString() === 'build.started' ? 500 : 200 }));
    const webhookId = await aWebhook({ ordering: 'per-build', schedule: [NEVER] });
    await publish(stateOf(webhookId, 'build.started', 'bld_stuck'));
    await receiver.waitFor(1);
    await publish(stateOf(webhookId, 'build.finished', 'bld_stuck'), stateOf(webhookId, 'build.created', 'bld_other'));
    await receiver.waitFor(2);
    expect(heard()).toEqual(['build.started', 'build.created']);
  });

  it('is told in the log what its deliveries wait for', async () => {
    const delivery = stateOf(await aWebhook({ ordering: 'per-build', schedule: [] }), 'build.started');
    await publish(delivery);
    await eventually(() => expect(stack.log.attempted.find(({ deliveryId }) => deliveryId === delivery.deliveryId)).toMatchObject({ attempt: 1, trigger: 'event', verdict: 'succeeded' }));
    expect(stack.log.postponed.filter(({ deliveryId }) => deliveryId === delivery.deliveryId)).toMatchObject([{ reason: WAITS_FOR_ITS_TURN, attempt: 1 }]);
  });

  it('never hears a state after a later one, with two replicas, fifty builds, shuffled events and an endpoint that fails half the time', { timeout: 90_000 }, async () => {
    // An answer that is tried again and opens no circuit.
    receiver.answerWith(() => ({ status: Math.random() < 0.5 ? 404 : 200 }));
    const webhookId = await aWebhook({ ordering: 'per-build', schedule: [0.1, 0.2, 0.3] });
    const builds = Array.from({ length: 50 }, (_, index) => `bld_${index}`);
    const deliveries = builds.flatMap((build) => states.map((state) => stateOf(webhookId, state, build)));
    for (const part of portionsOf(shuffledALittle(deliveries), 20)) await publish(...part);
    await eventually(() => expect(deliveries.filter((delivery) => !hasEnded(delivery))).toEqual([]), { timeoutMs: 80_000 });

    for (const build of builds) {
      const ranks = stack.log.attempted.filter((attempt) => attempt.webhookId === webhookId && attempt.build?.id === build).map(({ build: step }) => step?.rank);
      expect(ranks).toEqual([...ranks].sort());
      const requests = receiver.requests.filter(({ headers }) => deliveries.some(({ deliveryId, build: step }) => deliveryId === headers['webhook-id'] && step?.id === build));
      const onTheWire = requests.map(({ body }) => RANKS[body.toString() as State]);
      expect(onTheWire).toEqual([...onTheWire].sort());
      expect(onTheWire).toContain(3);
    }
    const heardOnce = new Set(receiver.requests.map(({ headers }) => headers['webhook-id'])).size;
    expect(heardOnce).toBeGreaterThan(builds.length);
  });
});

describe('a webhook that asks for the newest state only', () => {
  it('gets nothing more of an older state that waits, and everything of other builds', async () => {
    receiver.answerWith(({ body }) => ({ status: body.toString() === 'build.started' ? 500 : 200 }));
    const webhookId = await aWebhook({ supersede: true, schedule: [NEVER] });
    const [waiting, other, newest] = [stateOf(webhookId, 'build.started'), stateOf(webhookId, 'build.started', 'bld_other'), stateOf(webhookId, 'build.finished')];
    await publish(waiting, other);
    await receiver.waitFor(2);
    await publish(newest);
    await eventually(() => expect(closureOf(waiting)).toMatchObject({ status: 'canceled', reason: 'superseded by build.finished' }));
    await eventually(() => expect(hasEnded(newest)).toBe(true));
    expect(closureOf(other)).toBeUndefined();
    expect(heard()).toEqual(['build.started', 'build.started', 'build.finished']);
  });
});

describe('a webhook that asks for neither', () => {
  it('gets each state at once, whatever became of the earlier ones', async () => {
    receiver.answerWith(({ body }, index) => ({ status: body.toString() === 'build.finished' && index === 0 ? 500 : 200 }));
    const webhookId = await aWebhook({ schedule: [0.5] });
    await publish(stateOf(webhookId, 'build.finished'));
    await receiver.waitFor(1);
    await publish(stateOf(webhookId, 'build.started'));
    await receiver.waitFor(3);
    expect(heard()).toEqual(['build.finished', 'build.started', 'build.finished']);
    expect(stack.log.postponed.filter((postponed) => postponed.webhookId === webhookId)).toEqual([]);
  });
});

async function aWebhook({ ordering = 'none', supersede = false, schedule }: { ordering?: string; supersede?: boolean; schedule: number[] }): Promise<string> {
  const id = await stack.aWebhook(receiver.url);
  await stack.database.query('update matching.webhook set ordering = $2, supersede = $3, retry = $4 where id = $1', [id, ordering, supersede, { schedule }]);
  return id;
}

async function change(webhookId: string, assignment: string): Promise<void> {
  await stack.database.query(`update matching.webhook set ${assignment} where id = $1`, [webhookId]);
  await stack.app.get(CoreNats).announce(webhookChangedSubject(ORGANIZATION), { organizationId: ORGANIZATION, webhookId });
}

function stateOf(webhookId: string, eventType: State, id = 'bld_1'): RenderedDelivery {
  const rank = RANKS[eventType];
  return aDelivery({ deliveryId: newId('dlv'), webhookId, eventType: eventType satisfies EventType, body: eventType, build: { id, rank, atMs: 1_000 + rank } });
}

async function publish(...deliveries: RenderedDelivery[]): Promise<void> {
  await stack.app.get(Publisher).publishAll(deliveryRendered, deliveries.map(renderedAlone));
}

function heard(): string[] {
  return receiver.requests.map(({ body }) => body.toString());
}

function postponementsOf({ deliveryId }: RenderedDelivery): string[] {
  return stack.log.postponed.filter((postponed) => postponed.deliveryId === deliveryId).map(({ reason }) => reason);
}

function closureOf({ deliveryId }: RenderedDelivery) {
  return stack.log.closed.find((closed) => closed.deliveryId === deliveryId);
}

function hasEnded(delivery: RenderedDelivery): boolean {
  return closureOf(delivery) !== undefined || stack.log.attempted.some(({ deliveryId, verdict }) => deliveryId === delivery.deliveryId && ENDED.includes(verdict));
}

/** In about the order in which a build system says them. */
function shuffledALittle(deliveries: readonly RenderedDelivery[]): RenderedDelivery[] {
  const placed = deliveries.map((delivery, index) => ({ delivery, place: index + Math.random() * 8 }));
  return placed.sort((one, other) => one.place - other.place).map(({ delivery }) => delivery);
}

function portionsOf<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}
