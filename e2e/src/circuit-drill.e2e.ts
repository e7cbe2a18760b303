import type { Delivery, Webhook } from '@buildwire/contracts';
import { eventually, startReceiver } from '@buildwire/testing';
import type { ReceivedRequest, Receiver } from '@buildwire/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CircuitRecord } from './support/circuit-record.js';
import { acquainted } from './support/delivery-replicas.js';
import { displacement, inDueOrder } from './support/due-order.js';
import { aBuild } from './support/events.js';
import { unacknowledged } from './support/in-flight.js';
import type { Service } from './support/service.js';
import { startStack } from './support/stack.js';
import type { Stack } from './support/stack.js';
import { SteadyLoad } from './support/steady-load.js';

const RESET_MS = 2_000;
const REPLICAS = 3;
const EVENTS = 150;
const PER_SECOND = 40;
/** Requests that may be under way to the failing webhook. */
const CONCURRENCY = 6;
/** Two deliveries for each of these in a second: how fast a backlog is to be drained. */
const DRAINED_PER_SECOND = 2 * CONCURRENCY;
/** What set out before its replica heard of an opening has arrived after this. */
const CROSSING_MS = 300;

let stack: Stack;
let receiver: Receiver;
let record: CircuitRecord;
let doomed: Service;
let failing: Webhook;
let healthy: Webhook;
let recovered = false;
/** Deliveries that the replica which died may have sent without saying so. */
let inFlight = 0;
/** Of all events, in the order of their acceptance. */
const eventIds: string[] = [];
/** What the failing endpoint answered with success. */
const successes: ReceivedRequest[] = [];

beforeAll(async () => {
  stack = await startStack({ CIRCUIT_RESET_SECONDS: String(RESET_MS / 1_000) });
  [doomed] = await Promise.all([stack.replica('delivery'), stack.replica('delivery')]);
  await acquainted(stack, REPLICAS);
  record = await CircuitRecord.listening(stack.nats.url);
  receiver = await startReceiver((request) => {
    if (request.path === '/failing' && !recovered) return { status: 500 };
    if (request.path === '/failing') successes.push(request);
    return { status: 204 };
  });
  // No retry comes before the circuit opens, so that attempts until then follow one another.
  failing = await stack.api.createWebhook({ url: `${receiver.url}/failing`, appId: 'drill', limits: { concurrency: CONCURRENCY }, retry: { schedule: [20, ...Array<number>(29).fill(1)] } });
  healthy = await stack.api.createWebhook({ url: `${receiver.url}/healthy`, appId: 'drill' });
});
afterAll(async () => {
  await record?.close();
  await receiver?.close();
  await stack?.stop();
});

describe('an endpoint that fails, called by three replicas', () => {
  it('is not called any more after ten attempts, of all replicas together', async () => {
    // One at a time: nothing is under way when the circuit opens.
    while (record.turns.length === 0) {
      eventIds.push(await stack.api.publish(aBuild({ app: 'drill' })));
      await eventually(async () => expect(await stack.api.deliveries(`webhookId=${failing.id}`)).toHaveLength(eventIds.length));
    }
    expect(requestsTo('/failing').length).toBeLessThanOrEqual(10);
  });

  it('costs a healthy one nothing', async () => {
    const load = new SteadyLoad(stack.api, 'drill', PER_SECOND);
    load.start();
    await eventually(() => expect(eventIds.length + load.accepted.size).toBeGreaterThanOrEqual(EVENTS), { timeoutMs: 20_000 });
    await load.stop();
    eventIds.push(...load.accepted);
    await eventually(() => expect(requestsTo('/healthy')).toHaveLength(eventIds.length), { timeoutMs: 2_000 });
    await eventually(async () => expect((await deliveriesOf(healthy)).map(({ status, attemptCount }) => [status, attemptCount])).toEqual(eventIds.map(() => ['succeeded', 1])));
  });

  it('is not stormed when one replica dies and another starts while it is open', async () => {
    await eventually(async () => expect((await deliveriesOf(failing)).filter(({ status }) => status === 'waiting')).toHaveLength(eventIds.length));
    const { untilMs } = await record.next('open', Date.now());
    // In a calm moment: what the dead replica holds comes again after the acknowledgement wait of 30 s.
    await eventually(async () => expect(await unacknowledged(stack)).toBe(0), { timeoutMs: 3_000 });
    await doomed.kill();
    inFlight = await unacknowledged(stack);
    await stack.replica('delivery');
    expect(Date.now(), 'the new replica is ready while the circuit is open').toBeLessThan(untilMs);
  });

  it('is called again within one reset after it has recovered', async () => {
    const opening = record.turns.at(-1);
    recovered = true;
    const recoveredAtMs = Date.now();
    const { changedAtMs } = await record.next('closed', recoveredAtMs);
    expect(opening?.state).toBe('open');
    expect(changedAtMs - (opening?.untilMs ?? 0)).toBeLessThan(2_000);
    await eventually(async () => expect((await stack.api.call<Webhook>('GET', `/v1/webhooks/${failing.id}`)).body.health.circuit.state).toBe('closed'), { timeoutMs: 1_000 });
  });

  it('gets each delivery once, in due order, at a bounded rate', async () => {
    const dueIds = inDueOrder(await deliveriesOf(failing));
    expect(dueIds.length).toBeGreaterThan(EVENTS / 3);
    await eventually(() => expect(new Set(successes.map(eventIdOf)).size).toBe(eventIds.length), { timeoutMs: 40_000, everyMs: 100 });
    await eventually(async () => expect((await deliveriesOf(failing)).map(({ status }) => status)).toEqual(eventIds.map(() => 'succeeded')));
    expect(new Set(successes.map(eventIdOf))).toEqual(new Set(eventIds));
    expect(successes.length - eventIds.length).toBeLessThanOrEqual(inFlight);
    expect(await stack.api.deadLetters()).toEqual([]);

    const arrivals = successes.map(({ receivedAt }) => receivedAt);
    // The turns of earlier openings go on beside those of the last.
    const busiest = Math.max(...arrivals.map((from) => arrivals.filter((at) => at >= from && at < from + 1_000).length));
    expect(busiest).toBeLessThanOrEqual(3 * DRAINED_PER_SECOND);
    const places = displacement(dueIds, successes.map(({ headers }) => headers['webhook-id'] ?? ''));
    expect(places).toBeLessThan(4);
    process.stdout.write(`circuit drill: ${arrivals.length} drained in ${Math.max(...arrivals) - Math.min(...arrivals)} ms, ${busiest} in the busiest second, ${places.toFixed(1)} places off their turns\n`);
  });

  it('was not called while the circuit was open, and by each replica once at most when its time was over', () => {
    expect(record.resets.length).toBeGreaterThanOrEqual(3);
    for (const { openedAtMs, untilMs, endMs, next } of record.resets) {
      expect(arrivedBetween(openedAtMs + CROSSING_MS, untilMs)).toBe(0);
      // A circuit may be closed from the time when its probe set out, which is before it arrived.
      expect(arrivedBetween(untilMs, endMs + CROSSING_MS)).toBeGreaterThanOrEqual(1);
      expect(arrivedBetween(untilMs, next === 'open' ? endMs + CROSSING_MS : endMs)).toBeLessThanOrEqual(REPLICAS);
    }
  });
});

function requestsTo(path: string): ReceivedRequest[] {
  return receiver.requests.filter((request) => request.path === path);
}

function arrivedBetween(fromMs: number, toMs: number): number {
  return requestsTo('/failing').filter(({ receivedAt }) => receivedAt >= fromMs && receivedAt < toMs).length;
}

function eventIdOf({ body }: ReceivedRequest): string {
  return (JSON.parse(body.toString()) as { data: { id: string } }).data.id;
}

function deliveriesOf({ id }: Webhook): Promise<Delivery[]> {
  return stack.api.deliveries(`webhookId=${id}&limit=250`);
}
