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
/** How many organizations one statement looks at: they share its page. */
const ORGANIZATIONS_AT_ONCE = 500;

interface Entry {
  organizationId: string;
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
 * what changed is read: when a change is announced, and every second in any case, of many organizations at once. The least
 * recently used organizations are forgotten when there are more than a million webhooks, or more than 100,000 organizations:
 * one takes 600 bytes even if it has no webhooks.
 */
@Injectable()
export class WebhookIndex implements OnModuleInit {
  /** What all organizations in memory may have together, unless it is a single one. */
  protected readonly maxWebhooks: number = 1_000_000;
  protected readonly maxOrganizations: number = 100_000;
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

  /** By organization. Every change that was committed before the call, and announced or older than a second, is in the answer. */
  async of(organizationIds: Iterable<string>): Promise<Map<string, OrganizationWebhooks>> {
    const entries = new Map([...organizationIds].map((id) => [id, this.use(id)]));
    const asked = this.turn++;
    let stale = [...entries.values()];
    // A check that begins now sees all there is: who keeps changing webhooks does not keep us from matching.
    while ((stale = stale.filter((entry) => entry.checkedTurn < asked && isStale(entry))).length > 0) await this.checkSome(stale);
    return new Map([...entries].map(([id, { webhooks }]) => [id, webhooks]));
  }

  /** A webhook of the organization changed. */
  invalidate(organizationId: string): void {
    const entry = this.entries.get(organizationId);
    if (entry !== undefined) entry.changedTurn = this.turn++;
  }

  private use(organizationId: string): Entry {
    const entry = this.entries.get(organizationId) ?? newEntry(organizationId);
    this.entries.delete(organizationId);
    this.entries.set(organizationId, entry);
    return entry;
  }

  /** One page of those that nobody else reads just now; if others read all of them, waits for one of these. */
  private async checkSome(stale: readonly Entry[]): Promise<void> {
    const free = stale.filter(({ checking }) => checking === undefined).slice(0, ORGANIZATIONS_AT_ONCE);
    if (free.length === 0) return stale[0]?.checking;
    const checking = this.check(free).finally(() => free.forEach((entry) => (entry.checking = undefined)));
    for (const entry of free) entry.checking = checking;
    await checking;
  }

  /** Who has more changes than its share of the page is stale still, and has a larger share next time. */
  private async check(entries: readonly Entry[]): Promise<void> {
    const began = { turn: this.turn++, atMs: performance.now() };
    const share = Math.floor(PAGE / entries.length);
    const changes = await this.repository.changesSince(entries, share);
    const found = new Map(entries.map((entry) => [entry.organizationId, { entry, count: 0 }]));
    for (const change of changes) {
      const own = found.get(change.organizationId);
      if (own === undefined) continue;
      own.count += 1;
      this.apply(own.entry, change);
    }
    for (const { entry, count } of found.values()) {
      if (count === share) continue;
      entry.checkedTurn = began.turn;
      entry.checkedAtMs = began.atMs;
    }
    this.trim();
  }

  private apply(entry: Entry, change: WebhookVersion): void {
    const before = entry.webhooks.size;
    if (change.wanted) entry.webhooks.put({ id: change.id, appId: change.appId, filter: change.filter, variant: sharedVariant(change) }, change.events);
    else entry.webhooks.remove(change.id);
    entry.version = change.version;
    if (this.entries.get(entry.organizationId) === entry) this.webhookCount += entry.webhooks.size - before;
  }

  private trim(): void {
    for (const [organizationId, { webhooks }] of this.entries) {
      // The one in use stays, however large.
      if ((this.webhookCount <= this.maxWebhooks && this.entries.size <= this.maxOrganizations) || this.entries.size === 1) return;
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

function newEntry(organizationId: string): Entry {
  return { organizationId, webhooks: new OrganizationWebhooks(), version: '0', checkedAtMs: -Infinity, checkedTurn: -1, changedTurn: -1, checking: undefined };
}

function isStale({ checkedAtMs, checkedTurn, changedTurn }: Entry): boolean {
  return checkedTurn <= changedTurn || performance.now() - checkedAtMs > CHECK_EVERY_MS;
}
