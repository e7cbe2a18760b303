import { organizationOfSubject, webhookChangedSubject } from '@buildwire/contracts';
import type { Variant } from '@buildwire/contracts';
import { CoreNats } from '@buildwire/messaging';
import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { OrganizationWebhooks } from './organization-webhooks.js';
import { WebhooksRepository } from './webhooks.repository.js';
import type { WebhookVersion } from './webhooks.repository.js';

/** An announcement may be missed, so what is used is compared with the tables at least this often. */
const CHECK_EVERY_MS = 1_000;
/** Few enough that reading a page delays nothing else noticeably. */
const PAGE = 2_000;

interface Entry {
  webhooks: OrganizationWebhooks;
  /** All changes up to this version are in `webhooks`. */
  version: string;
  checkedAtMs: number;
  /** The turns (see `turn`) in which the latest successful check began, and in which a change was last heard of. */
  checkedTurn: number;
  changedTurn: number;
  checking: Promise<void> | undefined;
}

/**
 * The webhooks of the organizations in use, in memory. An organization is loaded when its first event comes; later only
 * what changed is read: when a change is announced, and every second in any case. The least recently used organizations
 * are forgotten when there are too many webhooks.
 */
@Injectable()
export class WebhookIndex implements OnModuleInit {
  /** What all organizations in memory may have together. */
  protected readonly maxWebhooks: number = 1_000_000;
  private readonly entries = new Map<string, Entry>();
  private webhookCount = 0;
  /** Orders checks and changes: times could be equal. */
  private turn = 0;

  constructor(
    private readonly repository: WebhooksRepository,
    private readonly nats: CoreNats,
  ) {}

  onModuleInit(): void {
    this.nats.listen(webhookChangedSubject('*'), (_, subject) => this.invalidate(organizationOfSubject(subject)));
  }

  /** Every change that was committed before the call, and announced or older than a second, is in the answer. */
  async of(organizationId: string): Promise<OrganizationWebhooks> {
    const entry = this.use(organizationId);
    const asked = this.turn++;
    // A check that begins now sees all there is: who keeps changing webhooks does not keep us from matching.
    while (entry.checkedTurn < asked && isStale(entry)) await (entry.checking ??= this.check(organizationId, entry));
    return entry.webhooks;
  }

  /** A webhook of the organization changed. */
  invalidate(organizationId: string): void {
    const entry = this.entries.get(organizationId);
    if (entry !== undefined) entry.changedTurn = this.turn++;
  }

  private use(organizationId: string): Entry {
    const entry = this.entries.get(organizationId) ?? newEntry();
    this.entries.delete(organizationId);
    this.entries.set(organizationId, entry);
    return entry;
  }

  private async check(organizationId: string, entry: Entry): Promise<void> {
    const began = { turn: this.turn++, atMs: performance.now() };
    try {
      for (let more = true; more; ) {
        const changes = await this.repository.changesSince(organizationId, entry.version, PAGE);
        this.apply(organizationId, entry, changes);
        more = changes.length === PAGE;
      }
      entry.checkedTurn = began.turn;
      entry.checkedAtMs = began.atMs;
    } finally {
      entry.checking = undefined;
    }
  }

  private apply(organizationId: string, entry: Entry, changes: readonly WebhookVersion[]): void {
    const before = entry.webhooks.size;
    for (const change of changes) {
      if (change.wanted) entry.webhooks.put({ ...change, variant: sharedVariant(change) }, change.events);
      else entry.webhooks.remove(change.id);
      entry.version = change.version;
    }
    if (this.entries.get(organizationId) !== entry) return;
    this.webhookCount += entry.webhooks.size - before;
    this.trim();
  }

  private trim(): void {
    for (const [organizationId, { webhooks }] of this.entries) {
      // An organization counts even without webhooks, and the one in use stays, however large.
      if (this.webhookCount + this.entries.size <= this.maxWebhooks || this.entries.size === 1) return;
      this.entries.delete(organizationId);
      this.webhookCount -= webhooks.size;
    }
  }
}

const variants = new Map<string, Variant>();

/** One object for all webhooks with the same variant: there are few variants and there may be many webhooks. */
function sharedVariant({ format, dialect, options }: Variant): Variant {
  const key = JSON.stringify([format, dialect, options]);
  const known = variants.get(key) ?? { format, dialect, options };
  variants.set(key, known);
  return known;
}

function newEntry(): Entry {
  return { webhooks: new OrganizationWebhooks(), version: '0', checkedAtMs: -Infinity, checkedTurn: -1, changedTurn: -1, checking: undefined };
}

function isStale({ checkedAtMs, checkedTurn, changedTurn }: Entry): boolean {
  return checkedTurn <= changedTurn || performance.now() - checkedAtMs > CHECK_EVERY_MS;
}
