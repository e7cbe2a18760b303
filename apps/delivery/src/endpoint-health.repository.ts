import type { CircuitChange } from '@buildwire/contracts';
import { Database } from '@buildwire/database';
import { Injectable } from '@nestjs/common';
import { COUNT_REPORTS, FORGET_STREAK, READ_CIRCUITS, TIDY, WRITE_CIRCUITS, failingUnless } from './endpoint-health.sql.js';
import type { HealthReport } from './health-report.js';

/** What events tell of a webhook; the URL of a chat target is not known here. */
export interface ToldWebhook {
  webhookId: string;
  organizationId: string;
  /** Its own, or that of its last delivery; may be empty. */
  appId: string;
  name: string;
  url: string | null;
}

/** A circuit that was written; `outage` if it is the first to open or the one that closed. */
export interface WrittenCircuit extends ToldWebhook {
  changedAtMs: number;
  outage: 'began' | 'ended' | null;
}

/** A webhook without success for long; instants in epoch milliseconds. */
export interface FailingWebhook extends ToldWebhook {
  reason: string | null;
  failingSinceMs: number;
  lastFailureAtMs: number;
}

/** What was read of the circuits, and what to read on with. */
export interface ReadCircuits {
  since: string;
  changes: CircuitChange[];
}

const MAX_READ = 10_000;

/** How the endpoints do. The only writer of delivery.endpoint_health; times in it only move forward. */
@Injectable()
export class EndpointHealthStore {
  constructor(private readonly database: Database) {}

  /** Counts attempts; at most one report for each webhook. Gives those whose circuit is closed now because its endpoint answered. */
  async count(reports: readonly HealthReport[]): Promise<WrittenCircuit[]> {
    if (reports.length === 0) return [];
    const rows = reports.map((report) => ({
      webhook_id: report.webhookId,
      organization_id: report.organizationId,
      app_id: report.appId,
      streak: report.streak,
      streak_from: instantOf(report.streakFromMs),
      last_failure_at: instantOf(report.lastFailureAtMs),
      last_success_at: instantOf(report.lastSuccessAtMs),
      reason: report.reason,
      successes: report.successes,
      failures: report.failures,
    }));
    return this.database.query(COUNT_REPORTS, [JSON.stringify(rows)]);
  }

  /** Notes what circuits are, at most one change for each webhook; what is older than the row changes nothing. */
  async writeCircuits(changes: readonly (CircuitChange & { appId?: string | undefined })[]): Promise<WrittenCircuit[]> {
    if (changes.length === 0) return [];
    const rows = changes.map(({ webhookId, appId, state, untilMs, openings, reason, changedAtMs }) => ({
      webhook_id: webhookId,
      app_id: appId,
      state,
      open_until: state === 'open' ? instantOf(untilMs) : undefined,
      openings,
      reason,
      changed_at: instantOf(changedAtMs),
    }));
    return this.database.query(WRITE_CIRCUITS, [JSON.stringify(rows)]);
  }

  /** What changed since the last reading; all that is open if there was none. */
  async readCircuits(since: string | undefined): Promise<ReadCircuits> {
    const [read] = await this.database.query<ReadCircuits>(READ_CIRCUITS, [since ?? null, MAX_READ]);
    return { since: read?.since ?? '', changes: (read?.changes ?? []).map((change) => ({ ...change, reason: change.reason ?? undefined })) };
  }

  /** Webhooks without success for so long that were not noted yet. */
  failing(forMs: number, unless: 'warned_at' | 'refused_at', limit: number): Promise<FailingWebhook[]> {
    return this.database.query(failingUnless(unless), [forMs, limit]);
  }

  async noteTold(webhookIds: readonly string[], what: 'warned_at' | 'refused_at'): Promise<void> {
    await this.database.query(`update delivery.endpoint_health set ${what} = now() where webhook_id = any($1)`, [webhookIds]);
  }

  /** Their failures so far do not count any more. */
  async forgetStreaks(webhookIds: readonly string[]): Promise<void> {
    await this.database.query(FORGET_STREAK, [webhookIds]);
  }

  /** Forgets webhooks that were deleted. */
  async tidy(): Promise<void> {
    await this.database.query(TIDY);
  }
}

function instantOf(timeMs: number | undefined): string | undefined {
  return timeMs === undefined ? undefined : new Date(timeMs).toISOString();
}
