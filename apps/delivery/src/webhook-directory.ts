import { setTimeout as sleep } from 'node:timers/promises';
import { webhookChangedSubject } from '@buildwire/contracts';
import type { WebhookChange } from '@buildwire/contracts';
import { CoreNats } from '@buildwire/messaging';
import { Injectable, Logger } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { WebhookReader } from './webhook-reader.js';
import type { Found } from './webhook-settings.js';

/** An entry older than this is read again before it is used: a missed announcement heals in a second. */
const FRESH_MS = 1_000;
const REFRESH_MS = 300;
const MAX_ENTRIES = 20_000;

interface Entry {
  /** A promise while it is read for the first time. */
  found: Found | Promise<Found>;
  loadedAtMs: number;
}

/** The settings of webhooks by id, from memory: Postgres is not on the way of a delivery whose webhook is known. */
@Injectable()
export class WebhookDirectory implements OnModuleInit {
  private readonly logger = new Logger('WebhookDirectory');
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly reader: WebhookReader,
    private readonly nats: CoreNats,
  ) {}

  onModuleInit(): void {
    this.nats.listen(webhookChangedSubject('*'), (change) => void this.entries.delete((change as WebhookChange).webhookId));
  }

  /** Throws an `UnavailableError` for a webhook that is not known while Postgres is away. */
  find(organizationId: string, webhookId: string): Found | Promise<Found> {
    const known = this.entries.get(webhookId);
    // At once for nearly all: a promise for each delivery would cost more than the look-up.
    if (known !== undefined && !(known.found instanceof Promise) && isFresh(known)) return ownOf(organizationId, known.found);
    return this.findLater(organizationId, webhookId, known);
  }

  private async findLater(organizationId: string, webhookId: string, known: Entry | undefined): Promise<Found> {
    if (known !== undefined && !isFresh(known)) await Promise.race([this.refresh(webhookId, known), sleep(REFRESH_MS, undefined, { ref: false })]);
    return ownOf(organizationId, await (this.entries.get(webhookId)?.found ?? this.load(webhookId)));
  }

  private async load(webhookId: string): Promise<Found> {
    const entry: Entry = { found: this.reader.read(webhookId), loadedAtMs: performance.now() };
    this.entries.set(webhookId, entry);
    this.evict();
    try {
      return (entry.found = await entry.found);
    } catch (error) {
      if (this.entries.get(webhookId) === entry) this.entries.delete(webhookId);
      throw error;
    }
  }

  /** The old settings serve on while Postgres is away, or slower than a delivery should wait for it. */
  private async refresh(webhookId: string, stale: Entry): Promise<void> {
    stale.loadedAtMs = performance.now();
    try {
      const found = await this.reader.read(webhookId, await stale.found);
      const changedMeanwhile = this.entries.get(webhookId) !== stale;
      if (!changedMeanwhile) this.entries.set(webhookId, { found, loadedAtMs: performance.now() });
    } catch (error) {
      this.logger.debug(`webhook ${webhookId} could not be read again: ${String(error)}`);
    }
  }

  private evict(): void {
    if (this.entries.size <= MAX_ENTRIES) return;
    const [oldest] = this.entries.keys();
    if (oldest !== undefined) this.entries.delete(oldest);
  }
}

function isFresh({ loadedAtMs }: Entry): boolean {
  return performance.now() - loadedAtMs <= FRESH_MS;
}

/** Another organization's does not exist. */
function ownOf(organizationId: string, found: Found): Found {
  return found.kind === 'found' && found.webhook.organizationId !== organizationId ? { kind: 'deleted' } : found;
}
