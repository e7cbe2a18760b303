import { once } from 'node:events';
import { styled } from '../terminal.js';
import { Api } from './api.js';
import { createWebhooks, FLAKY } from './create-webhooks.js';
import { Endpoint } from './endpoint.js';
import { publishExamples } from './publish-examples.js';
import { showDeliveries } from './show-deliveries.js';
import { showLog } from './show-log.js';
import { showResend } from './show-resend.js';
import { showRetries } from './show-retries.js';
import type { Scene } from './scene.js';
import { startStandalone } from './standalone-process.js';
import type { Standalone } from './standalone-process.js';
import { Story } from './story.js';

/** Two failures, so that two retries are seen. */
const FAILURES = 2;

/** Tells and checks the whole story. Rejects at the first promise that does not hold; leaves nothing running or stored. */
export async function runDemo(interrupted: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  const story = new Story();
  story.chapter('Buildwire demo: what a build system says once, told to everyone who asked');
  story.tell(styled('dim', 'starting Buildwire with its own NATS and Postgres, in a folder that is removed at the end …'));
  const standalone = await startStandalone(interrupted);
  story.tell(`up after ${seconds(startedAt)}:  REST ${standalone.http}  gRPC ${standalone.grpc}  NATS ${standalone.nats}`);
  const endpoint = await Endpoint.start({ path: FLAKY, times: FAILURES });
  const api = new Api(standalone.http, standalone.apiKey);
  try {
    await Promise.race([tellStory({ story, standalone, endpoint, api }), rejectWhen(interrupted)]);
  } finally {
    api.close();
    await endpoint.close();
    await standalone.stop();
  }
  await end(story, standalone, startedAt);
}

async function tellStory(scene: Omit<Scene, 'webhooks'>): Promise<void> {
  const webhooks = await createWebhooks(scene);
  const all = { ...scene, webhooks };
  const examples = await publishExamples(all);
  await showDeliveries(all, examples);
  await showRetries(all, FAILURES);
  const flaky = await showLog(all, examples, FAILURES + 1);
  await showResend(all, flaky, FAILURES + 2);
}

async function end(story: Story, standalone: Standalone, startedAt: number): Promise<void> {
  const exitCode = await standalone.stop();
  story.chapter('The end');
  story.promise('on SIGTERM Buildwire finished its work and exited with 0', exitCode === 0, exitCode);
  story.tell(`${story.checked} promises checked and kept in ${seconds(startedAt)}; nothing is left running or on disk`);
  story.tell(`${styled('dim', 'next:')} npm start`);
}

async function rejectWhen(aborted: AbortSignal): Promise<never> {
  if (!aborted.aborted) await once(aborted, 'abort');
  throw new Error('interrupted');
}

function seconds(sinceMs: number): string {
  return `${((performance.now() - sinceMs) / 1_000).toFixed(1)} s`;
}
