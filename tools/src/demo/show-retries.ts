import type { ReceivedRequest } from '@buildwire/testing';
import { styled } from '../terminal.js';
import { FLAKY } from './create-webhooks.js';
import { isGenuine } from './endpoint.js';
import type { Scene } from './scene.js';

/** The jitter is ±20 %, so no retry comes earlier than this part of its delay. */
const EARLIEST = 0.8;
/** Clocks of two processes, in milliseconds: times are whole there and here. */
const ROUNDING_MS = 2;

/** The endpoint that answers 503 for a while: failed attempts, then the retry that succeeds. */
export async function showRetries({ story, endpoint, webhooks }: Scene, failures: number): Promise<void> {
  story.chapter(`4  ${FLAKY} answers 503 ${failures} times, then recovers`);
  const { rules, secret } = webhooks.flaky;
  const { schedule } = rules;
  const first = await endpoint.nthAt(FLAKY, 1);
  const requests: ReceivedRequest[] = [];
  for (let number = 1; number <= failures + 1; number++) {
    const request = await endpoint.nthAt(FLAKY, number);
    const waitedMs = request.receivedAt - (requests.at(-1) ?? request).receivedAt;
    const delay = schedule[number - 2];
    const fails = number <= failures;
    const waited = delay === undefined ? 'at once' : `after ${(waitedMs / 1_000).toFixed(1)} s (schedule: ${delay} s ±20 %)`;
    story.tell(fails ? styled('red', '✗ 503') : styled('green', '✓ 200'), `attempt ${number}`, waited);
    story.check(`attempt ${number} is not made too early`, waitedMs >= (delay ?? 0) * 1_000 * EARLIEST - ROUNDING_MS, waitedMs);
    requests.push(request);
  }
  story.promise('each attempt sends the same bytes', requests.every(({ body }) => body.equals(first.body)));
  story.promise('… under the same webhook-id, by which a receiver drops repeats', new Set(requests.map(({ headers }) => headers['webhook-id'])).size === 1);
  story.promise('… with a valid signature of its own', requests.every((request) => isGenuine(request, secret)) && new Set(requests.map(({ headers }) => headers['webhook-signature'])).size > 1);
}
