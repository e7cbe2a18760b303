import type { RenderedDelivery } from '@buildwire/contracts';
import type { AskedHold } from '@buildwire/resilience';
import type { WebhookSettings } from './webhook-settings.js';

/** Why a delivery may not start now. */
export const causes = ['circuit', 'hold', 'backlog', 'organization', 'concurrency', 'rate'] as const;
export type Cause = (typeof causes)[number];

/** What is in a delivery's way, as the log shows it, and when it is out of the way at the earliest (epoch ms). */
export interface Obstacle {
  cause: Cause;
  reason: string;
  readyAtMs: number;
}

/** What is asked: may this delivery start? */
export interface Asked {
  delivery: RenderedDelivery;
  webhook: WebhookSettings;
}

/** The delivery may start and has a slot until `leave` is called, once; or it may not, and comes back at `untilMs` (epoch ms). */
export type Entry = { kind: 'admitted'; leave(settlement?: Settlement): void } | Refused;

export interface Refused {
  kind: 'refused';
  reason: string;
  untilMs: number;
}

/** What an attempt says about how much its endpoint can take. */
export interface Settlement {
  durationMs: number;
  speed: 'succeeded' | 'slow' | 'unknown';
  hold?: AskedHold | undefined;
}

/** Whoever resends or tests wants to see what happens now: neither asks the circuit, and neither has a place in the due store. */
export function isByHand({ trigger }: Pick<RenderedDelivery, 'trigger'>): boolean {
  return trigger === 'resend' || trigger === 'test';
}
