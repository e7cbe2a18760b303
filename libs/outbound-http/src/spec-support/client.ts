import { onTestFinished } from 'vitest';
import { parseAllowList } from '../allow-list.js';
import type { Answered, Failed, SendResult } from '../send-result.js';
import { WebhookClient, type SendRequest, type WebhookClientOptions } from '../webhook-client.js';

/** A client that may call loopback and gives up soon; closed when the test has finished. */
export function aClient(options: Partial<WebhookClientOptions> = {}): WebhookClient {
  const client = new WebhookClient({ allow: parseAllowList('loopback'), timeoutMs: 2_000, connectTimeoutMs: 1_000, ...options });
  onTestFinished(() => client.close());
  return client;
}

export function aRequest(url: string, over: Partial<SendRequest> = {}): SendRequest {
  return { url, headers: [['Content-Type', 'application/json']], body: Buffer.from('{"a":1}'), ...over };
}

export function answered(result: SendResult): Answered {
  if (result.kind === 'failed') throw new Error(`failed: ${result.failure}: ${result.detail}`);
  return result;
}

export function failed(result: SendResult): Failed {
  if (result.kind === 'answered') throw new Error(`answered: ${result.statusCode}`);
  return result;
}

/** Waits for a fact that follows from what was awaited but arrives by another socket. */
export async function eventually(isSo: () => boolean): Promise<void> {
  const giveUpAt = Date.now() + 5_000;
  while (!isSo()) {
    if (Date.now() > giveUpAt) throw new Error(`never so: ${isSo.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
