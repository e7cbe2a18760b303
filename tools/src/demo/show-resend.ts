import { delivery, resentDelivery } from '@buildwire/contracts';
import type { Delivery } from '@buildwire/contracts';
import { eventually } from '@buildwire/testing';
import { styled } from '../terminal.js';
import { FLAKY } from './create-webhooks.js';
import { isGenuine } from './endpoint.js';
import type { Scene } from './scene.js';
import { showAttempts } from './show-log.js';

const WAIT_MS = 15_000;

/** POST /v1/deliveries/:id/resend: the same delivery once more. */
export async function showResend(scene: Scene, flaky: Delivery, attempts: number): Promise<void> {
  const { story, api, endpoint, webhooks } = scene;
  story.chapter('6  Once more   POST /v1/deliveries/:id/resend');
  const first = await endpoint.nthAt(FLAKY, 1);
  await api.post(resentDelivery, `/v1/deliveries/${flaky.id}/resend`);
  const again = await endpoint.nthAt(FLAKY, attempts);
  story.tell(styled('green', '✓ 200'), `webhook-id ${again.headers['webhook-id']}, webhook-timestamp ${again.headers['webhook-timestamp']} (first: ${first.headers['webhook-timestamp']})`);
  story.check('the resend has the same body', again.body.equals(first.body));
  story.check('the resend has the same webhook-id', again.headers['webhook-id'] === first.headers['webhook-id']);
  story.promise('a resend keeps body and webhook-id and has a fresh, valid signature', isGenuine(again, webhooks.flaky.secret) && again.headers['webhook-signature'] !== first.headers['webhook-signature']);
  await eventually(async () => counted(await api.get(delivery, `/v1/deliveries/${flaky.id}`), attempts), { timeoutMs: WAIT_MS });
  await showAttempts(scene, flaky, attempts);
}

function counted({ attemptCount }: Delivery, wanted: number): void {
  if (attemptCount !== wanted) throw new Error(`the log counts ${attemptCount} of ${wanted} attempts`);
}
