import { setTimeout as pause } from 'node:timers/promises';
import { eventually, startReceiver } from '@buildwire/testing';
import type { Receiver } from '@buildwire/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { unacknowledged } from './support/in-flight.js';
import { SERVICES, startStack } from './support/stack.js';
import type { Stack } from './support/stack.js';
import { SteadyLoad } from './support/steady-load.js';

const PER_SECOND = 200;
/** Between two kills: the load runs on a whole system for a while. */
const CALM_MS = 2_500;
/** What may set out between reading what is in flight and the kill that follows. */
const MEANWHILE = PER_SECOND / 4;

let stack: Stack;
let receiver: Receiver;

beforeAll(async () => {
  stack = await startStack();
  receiver = await startReceiver(() => ({ status: 204, delayMs: 20 }));
});
afterAll(async () => {
  await receiver?.close();
  await stack?.stop();
});

it('loses nothing and repeats only what was in flight when everything is killed in turn under load', async () => {
  const webhook = await stack.api.createWebhook({ url: `${receiver.url}/drill`, appId: 'drill', retry: { schedule: [1, 2, 5, 5] } });
  const load = new SteadyLoad(stack.api, 'drill', PER_SECOND);
  let inFlight = 0;
  load.start();
  for (const name of SERVICES) {
    await pause(CALM_MS);
    await stack.services[name].kill();
    // Only who sends, or loses acknowledgements of what was sent, may cause a repeat.
    if (name === 'delivery') inFlight += await unacknowledged(stack);
    stack.services[name].start();
    await stack.services[name].ready();
  }
  for (const server of [stack.nats, stack.postgres]) {
    await pause(CALM_MS);
    if (server === stack.nats) inFlight += MEANWHILE + (await unacknowledged(stack));
    await server.kill();
    await server.restart();
  }
  await pause(CALM_MS);
  await load.stop();
  expect(load.refused).toEqual([]);
  expect(load.accepted.size).toBeGreaterThan(PER_SECOND * 15);

  const timesReceived = await eventually(() => {
    const received = countsOf(eventIdsReceived());
    const missing = [...load.accepted].filter((id) => !received.has(id));
    if (missing.length > 0) throw new Error(`${missing.length} of ${load.accepted.size} events did not arrive, such as ${missing[0]}`);
    return received;
  }, { timeoutMs: 90_000, everyMs: 250 });
  const repeats = [...timesReceived.values()].reduce((sum, times) => sum + times - 1, 0);
  expect(repeats).toBeLessThanOrEqual(inFlight);

  const deliveries = await eventually(async () => {
    const all = await stack.api.deliveries(`webhookId=${webhook.id}&limit=250`);
    if (all.length !== load.accepted.size || all.some(({ status }) => status !== 'succeeded')) throw new Error(`the log has ${all.length} of ${load.accepted.size} deliveries`);
    return all;
  }, { timeoutMs: 30_000, everyMs: 1_000 });
  expect(new Set(deliveries.map(({ eventId }) => eventId))).toEqual(load.accepted);
  const logged = deliveries.reduce((sum, { attemptCount }) => sum + attemptCount, 0);
  const onWire = countsOf(receiver.requests.map(({ headers }) => String(headers['webhook-id'])));
  expect(deliveries.filter(({ id, attemptCount }) => attemptCount > (onWire.get(id) ?? 0))).toEqual([]);
  expect(receiver.requests.length - logged).toBeLessThanOrEqual(inFlight);
  process.stdout.write(`kill drill: ${load.accepted.size} events, ${receiver.requests.length} requests, ${repeats} repeats of ${inFlight} in flight, ${logged} attempts logged\n`);
}, 240_000);

function eventIdsReceived(): string[] {
  return receiver.requests.map(({ body }) => (JSON.parse(body.toString()) as { data: { id: string } }).data.id);
}

function countsOf(ids: string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}
