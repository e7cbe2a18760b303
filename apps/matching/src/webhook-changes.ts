import { setTimeout as sleep } from 'node:timers/promises';
import { webhookChangedSubject, webhookResumed, webhookStopped } from '@buildwire/contracts';
import type { MessageContract, Routed, WebhookChange } from '@buildwire/contracts';
import { CoreNats, Publisher } from '@buildwire/messaging';
import { Injectable, Logger } from '@nestjs/common';
import { WebhookIndex } from './webhook-index.js';

const PATIENCE_MS = 1_000;

/**
 * Makes a committed change known: here at once, and to every other process before the call resolves. Nothing here fails,
 * since the change has been made, and nothing takes longer than a second or two.
 */
@Injectable()
export class WebhookChanges {
  private readonly logger = new Logger('WebhookChanges');

  constructor(
    private readonly index: WebhookIndex,
    private readonly nats: CoreNats,
    private readonly publisher: Publisher,
  ) {}

  /** Whom the announcement misses finds the change within a second. */
  async announce(change: WebhookChange): Promise<void> {
    this.index.invalidate(change.organizationId);
    await withPatience(
      this.nats.announce(webhookChangedSubject(change.organizationId), change).catch((error: unknown) => {
        this.logger.warn(`a change of ${change.webhookId} was not announced: ${String(error)}`);
      }),
    );
  }

  /** It gets nothing more: what waits for it is canceled, at the latest when it comes due. */
  async announceStop(change: WebhookChange, reason: string): Promise<void> {
    await this.announce(change);
    await this.tell(webhookStopped, { ...change, reason, stoppedAtMs: Date.now() });
  }

  /** What waits for it is brought forward, or comes when it was to come. */
  async announceResumption(change: WebhookChange): Promise<void> {
    await this.announce(change);
    await this.tell(webhookResumed, { ...change, resumedAtMs: Date.now() });
  }

  /** Goes on trying after the call, for as long as the process lives. */
  private async tell<Record extends Routed>(contract: MessageContract<string, Record>, record: Record): Promise<void> {
    await withPatience(
      this.publisher.insist(contract, record).catch((error: unknown) => {
        this.logger.warn(`${contract.name} was not published, so what waits comes when it is due: ${String(error)}`);
      }),
    );
  }
}

async function withPatience(told: Promise<void>): Promise<void> {
  const answered = new AbortController();
  await Promise.race([told, sleep(PATIENCE_MS, undefined, { signal: answered.signal, ref: false }).catch(() => undefined)]);
  answered.abort();
}
