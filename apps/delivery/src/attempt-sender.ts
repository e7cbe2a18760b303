import type { DeliveryRendered } from '@buildwire/contracts';
import { WebhookClient } from '@buildwire/outbound-http';
import type { SendResult } from '@buildwire/outbound-http';
import { schemes } from '@buildwire/signing';
import { Injectable } from '@nestjs/common';
import type { WebhookSettings } from './webhook-settings.js';

/** One HTTP call, as it was made. */
export interface SentAttempt {
  url: string;
  headers: [string, string][];
  sentAtMs: number;
  result: SendResult;
}

/** Signs the bytes of a delivery and posts them. */
@Injectable()
export class AttemptSender {
  constructor(private readonly client: WebhookClient) {}

  async send(delivery: DeliveryRendered, webhook: WebhookSettings): Promise<SentAttempt> {
    const sentAtMs = Date.now();
    const body = Buffer.from(delivery.body, 'utf8');
    const input = { id: delivery.deliveryId, timestamp: Math.floor(sentAtMs / 1_000), body };
    const headers: [string, string][] = [
      ['Content-Type', delivery.contentType],
      ...Object.entries(webhook.headers),
      ...schemes['standard-webhooks'].sign(input, webhook.secrets),
    ];
    const request = { url: webhook.url, headers, body, ...(webhook.timeoutMs === undefined ? {} : { timeoutMs: webhook.timeoutMs }) };
    return { url: webhook.url, headers: this.client.headersOf(request), sentAtMs, result: await this.client.post(request) };
  }
}
