import type { DeliveryAttempted } from '@buildwire/contracts';
import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { EndpointHealthStore } from './endpoint-health.repository.js';
import { addSuccesses, healthReports, successReport } from './health-report.js';
import type { HealthReport } from './health-report.js';
import { Periodic } from './periodic.js';
import { RecentMap } from './recent-map.js';
import { SharedCircuits } from './shared-circuits.js';

const FLUSH_MS = 3_000;
/** Healthy webhooks whose successes wait to be written; with more they are written at once. */
const MAX_HEALTHY = 20_000;
/** Webhooks whose next success is written at once. Of one that is not remembered, it is written with the others. */
const MAX_FAILING = 20_000;
const PORTION = 1_000;

/** How the endpoints do, from their attempts. Failures are written with their batch; the successes of healthy endpoints together, every few seconds. */
@Injectable()
export class EndpointHealth implements OnModuleInit, BeforeApplicationShutdown {
  private readonly healthy = new Map<string, HealthReport>();
  private readonly failing = new RecentMap<true>(MAX_FAILING);
  private readonly flushing = new Periodic('EndpointHealth', FLUSH_MS, () => this.flush());

  constructor(
    private readonly store: EndpointHealthStore,
    private readonly circuits: SharedCircuits,
  ) {}

  onModuleInit(): void {
    this.flushing.start();
  }

  /** What was not written is lost with the process: the rate is a little off, and the last success a little old. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.flushing.stop();
    await this.flush().catch(() => undefined);
  }

  /** Throws an `UnavailableError` if they were not counted; then none of them were. */
  async record(attempts: readonly DeliveryAttempted[]): Promise<void> {
    if (this.healthy.size >= MAX_HEALTHY) await this.flush();
    const reports = healthReports(attempts);
    const isUrgent = ({ webhookId, failures }: HealthReport) => failures > 0 || this.failing.get(webhookId) === true;
    const urgent = reports.filter(isUrgent);
    const others = reports.filter((report) => !isUrgent(report));
    await this.count(urgent);
    for (const report of urgent) this.remember(report);
    for (const report of others) this.note(report);
  }

  /** Counts a success, unless its endpoint has been failing: then it must be reported. */
  isNoted(success: DeliveryAttempted): boolean {
    if (this.failing.get(success.webhookId) === true || this.healthy.size >= MAX_HEALTHY) return false;
    this.note(successReport(success));
    return true;
  }

  private async count(reports: readonly HealthReport[]): Promise<void> {
    this.circuits.recovered(await this.store.count(reports));
  }

  private remember({ webhookId, streak }: HealthReport): void {
    if (streak > 0) this.failing.set(webhookId, true);
    else this.failing.delete(webhookId);
  }

  private note(report: HealthReport): void {
    const known = this.healthy.get(report.webhookId);
    if (known === undefined) this.healthy.set(report.webhookId, report);
    else addSuccesses(known, report);
  }

  private async flush(): Promise<void> {
    for (let portion = this.take(); portion.length > 0; portion = this.take()) {
      try {
        await this.count(portion);
      } catch (error) {
        for (const report of portion) this.note(report);
        throw error;
      }
    }
  }

  /** While they are written, more may be noted. */
  private take(): HealthReport[] {
    const portion: HealthReport[] = [];
    for (const [webhookId, report] of this.healthy) {
      if (portion.length === PORTION) break;
      portion.push(report);
      this.healthy.delete(webhookId);
    }
    return portion;
  }
}
