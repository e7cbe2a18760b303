import type { DeliveryAttempted } from '@buildwire/contracts';

/** What some attempts say of one endpoint; instants in epoch milliseconds. */
export interface HealthReport {
  webhookId: string;
  organizationId: string;
  /** Of the latest delivery. */
  appId: string;
  successes: number;
  failures: number;
  lastSuccessAtMs: number | undefined;
  lastFailureAtMs: number | undefined;
  /** The failures after the last success, and the first of them. */
  streak: number;
  streakFromMs: number | undefined;
  /** Why the latest failure failed. */
  reason: string | undefined;
}

/** One report for each webhook of a batch, in whatever order its attempts come. Any attempt without success is a failure. */
export function healthReports(attempts: readonly DeliveryAttempted[]): HealthReport[] {
  const reports = new Map<string, HealthReport>();
  for (const attempt of attempts.toSorted((one, other) => one.sentAtMs - other.sentAtMs)) {
    const report = reports.get(attempt.webhookId) ?? emptyReport(attempt);
    reports.set(attempt.webhookId, attempt.outcome === 'accepted' ? withSuccess(report, attempt) : withFailure(report, attempt));
  }
  return [...reports.values()];
}

/** Of one attempt that succeeded. */
export function successReport(attempt: DeliveryAttempted): HealthReport {
  const report = emptyReport(attempt);
  report.successes = 1;
  report.lastSuccessAtMs = attempt.sentAtMs;
  return report;
}

/** Adds a report to another one; neither says anything of failures. In place: it is done for every success. */
export function addSuccesses(sum: HealthReport, { successes, lastSuccessAtMs = 0, appId }: HealthReport): void {
  sum.successes += successes;
  if (lastSuccessAtMs <= (sum.lastSuccessAtMs ?? 0)) return;
  sum.lastSuccessAtMs = lastSuccessAtMs;
  sum.appId = appId;
}

function emptyReport({ webhookId, organizationId, appId }: DeliveryAttempted): HealthReport {
  return { webhookId, organizationId, appId, successes: 0, failures: 0, lastSuccessAtMs: undefined, lastFailureAtMs: undefined, streak: 0, streakFromMs: undefined, reason: undefined };
}

function withSuccess(report: HealthReport, { appId, sentAtMs }: DeliveryAttempted): HealthReport {
  return { ...report, appId, successes: report.successes + 1, lastSuccessAtMs: sentAtMs, streak: 0, streakFromMs: undefined };
}

function withFailure(report: HealthReport, { appId, sentAtMs, reason }: DeliveryAttempted): HealthReport {
  const { failures, streak, streakFromMs = sentAtMs } = report;
  return { ...report, appId, failures: failures + 1, lastFailureAtMs: sentAtMs, streak: streak + 1, streakFromMs, reason };
}
