import { setTimeout as sleep } from 'node:timers/promises';
import { webhookChangedSubject } from '@buildwire/contracts';
import type { WebhookChange } from '@buildwire/contracts';
import { CoreNats } from '@buildwire/messaging';
import { Injectable, Logger } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { WebhookReader } from './webhook-reader.js';
import type { Found } from './webhook-settings.js';
import { WebhookWatch } from './webhook-watch.js';

/** What was read this lately is taken as it is. */
const FRESH_MS = 1_000;
const REFRESH_MS = 300;
const MAX_ENTRIES = 20_000;

interface Entry {
  /** A promise while it is read for the first time. */
  found: Found | Promise<Found>;
  /** As `performance.now()`; what it was in the tables then or later. */
  readAtMs: number;
  /** When it was to be compared with the tables last, whether that worked or not. */
  triedAtMs: number;
}

/** The settings of webhooks by id, from memory: Postgres is not on the way of a delivery whose webhook is known. */
@Injectable()
export class WebhookDirectory implements OnModuleInit {
  /** However sure we are that a webhook is the same, it is read again after this: a row that was deleted by hand leaves no trace. */
  protected readonly maxAgeMs: number = 60_000;
  private readonly logger = new Logger('WebhookDirectory');
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly reader: WebhookReader,
    private readonly watch: WebhookWatch,
    private readonly nats: CoreNats,
  ) {}

  onModuleInit(): void {
    this.nats.listen(webhookChangedSubject('*'), (change) => void this.entries.delete((change as WebhookChange).webhookId));
    // An announcement may be missed, and who changes the tables by hand makes none.
    this.watch.listen((ids) => ids.forEach((id) => this.entries.delete(id)));
  }

  /** Throws an `UnavailableError` for a webhook that is not known while Postgres is away. */
  find(organizationId: string, webhookId: string): Found | Promise<Found> {
    const known = this.entries.get(webhookId);
    // At once for nearly all: a promise for each delivery would cost more than the look-up.
    if (known !== undefined && !(known.found instanceof Promise) && this.isFresh(known)) return ownOf(organizationId, known.found);
    return this.findLater(organizationId, webhookId, known);
  }

  private async findLater(organizationId: string, webhookId: string, known: Entry | undefined): Promise<Found> {
    if (known !== undefined && !this.isFresh(known)) await Promise.race([this.freshen(webhookId, known), sleep(REFRESH_MS, undefined, { ref: false })]);
    return ownOf(organizationId, await (this.entries.get(webhookId)?.found ?? this.load(webhookId)));
  }

  private async load(webhookId: string): Promise<Found> {
    const entry = entryOf(this.reader.read(webhookId));
    this.entries.set(webhookId, entry);
    this.evict();
    try {
      return (entry.found = await entry.found);
    } catch (error) {
      if (this.entries.get(webhookId) === entry) this.entries.delete(webhookId);
      throw error;
    }
  }

  /** The old settings serve on while Postgres is away, or slower than a delivery should wait for it, and for whoever comes meanwhile. */
  private async freshen(webhookId: string, stale: Entry): Promise<void> {
    stale.triedAtMs = performance.now();
    try {
      if (this.isGood(stale) && this.watch.canTell(stale.readAtMs)) await this.watch.look();
      else await this.refresh(webhookId, stale);
    } catch (error) {
      this.logger.debug(`webhook ${webhookId} could not be read again: ${String(error)}`);
    }
  }

  private async refresh(webhookId: string, stale: Entry): Promise<void> {
    const found = this.reader.read(webhookId, await stale.found);
    const entry = { ...entryOf(found), found: await found };
    const changedMeanwhile = this.entries.get(webhookId) !== stale;
    if (!changedMeanwhile) this.entries.set(webhookId, entry);
  }

  private isFresh(entry: Entry): boolean {
    return performance.now() - entry.triedAtMs <= FRESH_MS || (this.isGood(entry) && this.watch.covers(entry.readAtMs));
  }

  /** Whether nothing but a change of it makes it another. */
  private isGood({ found, readAtMs }: Entry): boolean {
    const nowMs = performance.now();
    const isRunningOut = !(found instanceof Promise) && found.kind === 'found' && nowMs >= found.goodUntilMs;
    return !isRunningOut && nowMs - readAtMs < this.maxAgeMs;
  }

  private evict(): void {
    if (this.entries.size <= MAX_ENTRIES) return;
    const [oldest] = this.entries.keys();
    if (oldest !== undefined) this.entries.delete(oldest);
  }
}

function entryOf(found: Promise<Found>): Entry {
  const nowMs = performance.now();
  return { found, readAtMs: nowMs, triedAtMs: nowMs };
}

/** Another organization's does not exist. */
function ownOf(organizationId: string, found: Found): Found {
  return found.kind === 'found' && found.webhook.organizationId !== organizationId ? { kind: 'deleted' } : found;
}
