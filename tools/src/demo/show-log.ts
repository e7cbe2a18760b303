import { attemptList, deadLetterList, deliveryList } from '@buildwire/contracts';
import type { Attempt, Delivery } from '@buildwire/contracts';
import { eventually } from '@buildwire/testing';
import type { ReceivedRequest } from '@buildwire/testing';
import { styled } from '../terminal.js';
import { EVERYTHING, FILTERED, FILTERED_APP, FLAKY } from './create-webhooks.js';
import type { Example } from './publish-examples.js';
import type { Scene } from './scene.js';

const WAIT_MS = 15_000;

/** The delivery log: everything once, and the flaky delivery as it went over the wire. */
export async function showLog(scene: Scene, examples: readonly Example[], attempts: number): Promise<Delivery> {
  const { story, api, endpoint, webhooks } = scene;
  story.chapter('5  The delivery log   GET /v1/deliveries');
  const wanted = examples.length + filteredOf(examples).length + 1;
  const deliveries = await eventually(async () => allSucceeded((await api.get(deliveryList, '/v1/deliveries?limit=250')).data, wanted), { timeoutMs: WAIT_MS });
  story.promise(`${deliveries.length} deliveries, all succeeded; the event that was published twice has one for each webhook that wants it`, new Set(deliveries.map(({ eventId, webhookId }) => `${eventId} ${webhookId}`)).size === wanted);
  story.promise(`${EVERYTHING} was called once for each of the ${examples.length} events`, endpoint.requestsOf(EVERYTHING).length === examples.length, endpoint.requestsOf(EVERYTHING).length);
  const filtered = deliveries.filter(({ webhookId }) => webhookId === webhooks.filtered.id).map(({ eventId }) => eventId);
  const expected = filteredOf(examples).map(({ event }) => event.id);
  story.promise(`${FILTERED} got the failed build of its app and nothing else`, JSON.stringify(filtered) === JSON.stringify(expected) && endpoint.requestsOf(FILTERED).length === expected.length, filtered);

  const deadLetters = await api.get(deadLetterList, '/v1/dead-letters');
  story.promise('there are no dead letters', deadLetters.data.length === 0, deadLetters.data);

  const { data } = await api.get(deliveryList, `/v1/deliveries?webhookId=${webhooks.flaky.id}`);
  const [flaky] = data;
  if (flaky === undefined) throw new Error('the log does not know the flaky delivery');
  story.tell(`${styled('dim', `GET /v1/deliveries?webhookId=${webhooks.flaky.id}`)}  ${flaky.id}  ${flaky.eventType}  ${styled('green', flaky.status)}`);
  story.check('the log counts each attempt', flaky.attemptCount === attempts, flaky.attemptCount);
  await showAttempts(scene, flaky, attempts);
  return flaky;
}

/** GET /v1/deliveries/:id/attempts, compared with what the endpoint received. */
export async function showAttempts({ story, api, endpoint }: Scene, { id }: Delivery, count: number): Promise<void> {
  const { data } = await api.get(attemptList, `/v1/deliveries/${id}/attempts`);
  for (const { number, trigger, outcome, response, reason, durationMs } of data) {
    const answer = response === null ? 'no answer' : String(response.statusCode);
    story.tell(`  ${number}  ${trigger.padEnd(6)}  ${styled(outcome === 'accepted' ? 'green' : 'red', outcome.padEnd(8))}  ${answer}  ${String(durationMs).padStart(4)} ms  ${styled('dim', reason ?? '')}`);
  }
  story.check('the log has every attempt', data.length === count, data.length);
  const received = endpoint.requestsOf(FLAKY);
  story.promise('the log holds each request as the endpoint received it, headers and body, byte for byte', data.every((attempt, index) => isWire(attempt, received[index])), data.map(({ request }) => request.headers));
}

function isWire({ request }: Attempt, received: ReceivedRequest | undefined): boolean {
  if (received === undefined) return false;
  const sameBody = Buffer.from(request.body, request.bodyEncoding ?? 'utf8').equals(received.body);
  return sameBody && JSON.stringify(request.headers) === JSON.stringify(received.rawHeaders) && request.method === received.method;
}

function filteredOf(examples: readonly Example[]): Example[] {
  return examples.filter(({ event }) => event.type === 'build.failed' && event.app.id === FILTERED_APP);
}

function allSucceeded(deliveries: Delivery[], wanted: number): Delivery[] {
  const succeeded = deliveries.filter(({ status }) => status === 'succeeded');
  if (succeeded.length < wanted) throw new Error(`the log shows ${succeeded.length} of ${wanted} deliveries as succeeded`);
  return deliveries;
}
