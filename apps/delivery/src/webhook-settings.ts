/** What sending needs to know of a webhook, read when the delivery is sent: a new URL or secret counts at once. */
export interface WebhookSettings {
  id: string;
  organizationId: string;
  url: string;
  active: boolean;
  headers: Record<string, string>;
  /** Seconds before each retry; the standard schedule if absent. */
  schedule: readonly number[] | undefined;
  /** For one whole attempt, in milliseconds; the client's default if absent. */
  timeoutMs: number | undefined;
  /** Keys to sign with, newest first. */
  secrets: readonly Buffer[];
}

/** The webhook's settings, or why there are none to send with. */
export type Found = { kind: 'found'; webhook: WebhookSettings } | { kind: 'deleted' } | { kind: 'unreadable'; reason: string };
