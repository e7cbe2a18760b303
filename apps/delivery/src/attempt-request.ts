import { PROBLEM_DOMAIN } from '@buildwire/contracts';
import type { RenderedDelivery } from '@buildwire/contracts';
import type { SendRequest } from '@buildwire/outbound-http';
import { signRequest } from '@buildwire/signing';
import { chatAddress } from './chat-address.js';
import type { WebhookSettings } from './webhook-settings.js';

/** What of a webhook its requests depend on. */
export type RequestSettings = Pick<WebhookSettings, 'url' | 'format' | 'headers' | 'rules' | 'keys' | 'timeoutMs' | 'ca'>;

/** Discord refuses what does not name itself like this. */
const DISCORD_USER_AGENT = `DiscordBot (https://${PROBLEM_DOMAIN}, 1.0)`;

/**
 * The request of an attempt made at `sentAtMs`, signed as the webhook's rules say. The same in any other process, so that a preview
 * shows what would be sent. Throws an `InvalidSecretError` if the webhook has no key for one of its schemes.
 */
export function attemptRequest(delivery: Pick<RenderedDelivery, 'deliveryId' | 'contentType' | 'headers' | 'body'>, webhook: RequestSettings, sentAtMs: number): SendRequest {
  const body = Buffer.from(delivery.body, 'utf8');
  const input = { id: delivery.deliveryId, timestamp: Math.floor(sentAtMs / 1_000), body };
  const headers: [string, string][] = [
    ...userAgentOf(webhook),
    ['Content-Type', delivery.contentType],
    ...delivery.headers,
    ...Object.entries(webhook.headers),
    ...signRequest(webhook.rules.schemes, input, webhook.keys),
  ];
  const timeout = webhook.timeoutMs === undefined ? {} : { timeoutMs: webhook.timeoutMs };
  const ca = webhook.ca === null ? {} : { ca: webhook.ca };
  return { url: chatAddress(webhook.format, webhook.url), headers, body, ...timeout, ...ca };
}

function userAgentOf({ format }: RequestSettings): [string, string][] {
  return format === 'discord' ? [['User-Agent', DISCORD_USER_AGENT]] : [];
}
