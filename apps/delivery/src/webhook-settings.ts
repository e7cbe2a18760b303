import type { KeyObject } from 'node:crypto';
import type { Dialect, Format, Ordering, Rules } from '@buildwire/contracts';

/** What sending needs to know of a webhook, read when the delivery is sent: a new URL or secret counts at once. */
export interface WebhookSettings {
  id: string;
  organizationId: string;
  /** As its owner gave it; of a chat format a secret. */
  url: string;
  active: boolean;
  format: Format;
  /** Of the format `raw` only. */
  dialect: Dialect | null;
  headers: Record<string, string>;
  rules: Rules;
  /** For one whole attempt, in milliseconds; the client's default if absent. */
  timeoutMs: number | undefined;
  /** Requests that may be under way at a time, in all replicas together. */
  concurrency: number;
  /** PEM certificates to trust besides the public ones. */
  ca: string | null;
  ordering: Ordering;
  /** Whether a newer state of a build drops what waits of it. */
  supersede: boolean;
  /** Deliveries are kept back. */
  paused: boolean;
  /** What the rules' schemes sign with, newest first. */
  keys: readonly KeyObject[];
}

/**
 * The webhook's settings, or why there are none to send with. `revision` differs after any change of what they were read from. A secret
 * expires at `goodUntilMs` (as `performance.now()`; Infinity if none does).
 */
export type Found = { kind: 'found'; webhook: WebhookSettings; revision: string; goodUntilMs: number } | { kind: 'deleted' } | { kind: 'unreadable'; reason: string };
