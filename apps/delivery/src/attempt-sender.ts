import { shownUrl } from '@buildwire/contracts';
import type { RenderedDelivery } from '@buildwire/contracts';
import { WebhookClient } from '@buildwire/outbound-http';
import type { SendResult } from '@buildwire/outbound-http';
import { Injectable } from '@nestjs/common';
import { attemptRequest } from './attempt-request.js';
import { TurnShare } from './turn-share.js';
import type { WebhookSettings } from './webhook-settings.js';

/** Signing and writing take 100 to 200 µs. */
const ATTEMPTS_PER_TURN = 50;

/** One HTTP call, as it was made. */
export interface SentAttempt {
  /** For the log: of a chat target's only what is no secret. */
  url: string;
  headers: [string, string][];
  sentAtMs: number;
  result: SendResult;
}

/** Signs the bytes of a delivery and posts them. */
@Injectable()
export class AttemptSender {
  private readonly share = new TurnShare(ATTEMPTS_PER_TURN);

  constructor(private readonly client: WebhookClient) {}

  /** Throws an `InvalidSecretError` if the webhook has no key for one of its schemes. */
  async send(delivery: RenderedDelivery, webhook: WebhookSettings): Promise<SentAttempt> {
    const turn = this.share.next();
    if (turn !== undefined) await turn;
    const sentAtMs = Date.now();
    const request = attemptRequest(delivery, webhook, sentAtMs);
    const url = shownUrl(webhook.format, webhook.url);
    return { url, headers: this.client.headersOf(request), sentAtMs, result: await this.client.post(request) };
  }
}
