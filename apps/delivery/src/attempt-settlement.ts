import { isSuccess } from '@buildwire/contracts';
import type { SendResult } from '@buildwire/outbound-http';
import { askedHold } from '@buildwire/resilience';
import type { Settlement } from './admission.js';
import type { WebhookSettings } from './webhook-settings.js';

/** An answer that took longer says that the endpoint has too much to do, whatever it says. */
const SLOW_MS = 5_000;
/** What a server, or a proxy before it, answers under too much load. */
const OVERLOADED: readonly number[] = [502, 503, 504];

/** What an attempt says about how much its endpoint can take. */
export function settlementOf(result: SendResult, webhook: Pick<WebhookSettings, 'format' | 'rules'>, nowMs: number): Settlement {
  const { durationMs } = result.timing;
  if (result.kind === 'failed') return { durationMs, speed: result.failure === 'timeout' || durationMs > SLOW_MS ? 'slow' : 'unknown' };
  const hold = askedHold(webhook.format, result, nowMs);
  if (durationMs > SLOW_MS || OVERLOADED.includes(result.statusCode)) return { durationMs, speed: 'slow', hold };
  return { durationMs, speed: isSuccess(webhook.rules.success, result.statusCode) ? 'succeeded' : 'unknown', hold };
}
