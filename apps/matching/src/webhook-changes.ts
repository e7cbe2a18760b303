import { setTimeout as sleep } from 'node:timers/promises';
import { webhookChangedSubject } from '@buildwire/contracts';
import type { WebhookChange } from '@buildwire/contracts';
import { CoreNats } from '@buildwire/messaging';
import { Injectable, Logger } from '@nestjs/common';
import { WebhookIndex } from './webhook-index.js';

const PATIENCE_MS = 1_000;

/** Makes a committed change known: here at once, and to every other process before the call resolves. */
@Injectable()
export class WebhookChanges {
  private readonly logger = new Logger('WebhookChanges');

  constructor(
    private readonly index: WebhookIndex,
    private readonly nats: CoreNats,
  ) {}

  /** Never fails, since the change has been made: whom the announcement misses finds the change within a second. */
  async announce(change: WebhookChange): Promise<void> {
    this.index.invalidate(change.organizationId);
    const announced = this.nats.announce(webhookChangedSubject(change.organizationId), change).catch((error: unknown) => {
      this.logger.warn(`a change of ${change.webhookId} was not announced: ${String(error)}`);
    });
    const answered = new AbortController();
    await Promise.race([announced, sleep(PATIENCE_MS, undefined, { signal: answered.signal, ref: false }).catch(() => undefined)]);
    answered.abort();
  }
}
