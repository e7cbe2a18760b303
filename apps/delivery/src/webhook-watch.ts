import { Database } from '@buildwire/database';
import { Injectable } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';

/** What was looked at is taken as it was for so long. */
const GOOD_FOR_MS = 1_000;
const LOOK_EVERY_MS = 500;
/** Beyond this it is cheaper to read each webhook again when it is used. */
const MOST = 1_000;
/** The first look only learns from where to ask; from the beginning on it would go through all webhooks. */
const NOTHING_YET = '9223372036854775807';

/**
 * What was written from transaction `$1` on, and from which on to ask next: the oldest that still runs, since it may yet be committed.
 * Numbers above the newest transaction come from the cluster of a backup.
 */
const LOOK = `
  WITH newest AS (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS id), changed AS (
    SELECT id FROM matching.webhook WHERE changed_in >= $1 AND changed_in < (SELECT id FROM newest)
     UNION ALL SELECT webhook_id FROM matching.webhook_secret WHERE changed_in >= $1 AND changed_in < (SELECT id FROM newest)
     LIMIT ${MOST + 1})
  SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS next, ARRAY(SELECT id FROM changed) AS ids`;

/** Tells which webhooks were changed, whoever changed them: one question for all while any is used, instead of one for each. */
@Injectable()
export class WebhookWatch implements OnModuleDestroy {
  private readonly timer = setInterval(() => void this.lookAgain(), LOOK_EVERY_MS).unref();
  private onChange: (webhookIds: readonly string[]) => void = () => undefined;
  private looking: Promise<void> | undefined;
  private isUsed = false;
  private next: string | undefined;
  /** As `performance.now()`: of what was read before the first no change is known, of what was read since all until the second. */
  private knownFromMs = Infinity;
  private knownUntilMs = -Infinity;

  constructor(private readonly database: Database) {}

  /** Who remembers webhooks forgets those that it is told. */
  listen(onChange: (webhookIds: readonly string[]) => void): void {
    this.onChange = onChange;
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Whether a webhook that was read at this time, as `performance.now()`, was the same a second ago or later, unless told otherwise. */
  covers(readAtMs: number): boolean {
    this.isUsed = true;
    return performance.now() - this.knownUntilMs <= GOOD_FOR_MS && this.canTell(readAtMs);
  }

  /** Whether a look can tell that a webhook is the same as when it was read. */
  canTell(readAtMs: number): boolean {
    return readAtMs >= this.knownFromMs;
  }

  /** Resolves when all changes that were committed before the call are told. */
  async look(): Promise<void> {
    // What is under way may have begun before the change.
    await this.looking?.catch(() => undefined);
    await (this.looking ??= this.lookOnce().finally(() => (this.looking = undefined)));
  }

  private async lookAgain(): Promise<void> {
    if (!this.isUsed) return;
    this.isUsed = false;
    await this.look().catch(() => undefined);
  }

  private async lookOnce(): Promise<void> {
    const beganMs = performance.now();
    const [found] = await this.database.query<{ next: string; ids: string[] }>({ name: 'webhooks-changed', text: LOOK }, [this.next ?? NOTHING_YET]);
    if (found === undefined) return;
    if (this.next === undefined || found.ids.length > MOST) this.knownFromMs = performance.now();
    else this.onChange(found.ids);
    this.next = found.next;
    this.knownUntilMs = beganMs;
  }
}
