import { hash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { ulid, ulidTime } from './ulid.js';

const ENTROPY_BYTES = 10;

/** An organization's id is also a token of NATS subjects, so it holds neither dots nor wildcards. */
export const organizationId = z
  .string()
  .regex(/^org_[A-Za-z0-9_-]{1,60}$/, 'must be org_ and 1 to 60 letters, digits, - or _')
  .meta({ id: 'OrganizationId', examples: ['org_default'] });

/** An event's id: the producer's own, or `evt_` and a ULID. It is the idempotency key within its organization. */
export const eventId = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/, 'must be 1 to 200 visible ASCII characters without spaces')
  .meta({ id: 'EventId', examples: ['evt_01JTX4N1PCC4R7V3A5YQ9H2K8M'] });

export const webhookId = prefixedId('whk', 'WebhookId');
export const deliveryId = prefixedId('dlv', 'DeliveryId');
export const attemptId = prefixedId('att', 'AttemptId');
export const apiKeyId = prefixedId('key', 'ApiKeyId');
export const deadLetterId = prefixedId('dlt', 'DeadLetterId');

type Prefix = 'evt' | 'whk' | 'dlv' | 'att' | 'key' | 'dlt';

/** A new, time-sortable id. */
export function newId(prefix: Prefix, nowMs: number = Date.now()): string {
  return `${prefix}_${ulid(nowMs, randomCharacters())}`;
}

/**
 * The id of the one delivery of an event to a webhook. It depends on nothing else, so that matching an event again
 * names the same deliveries; its time is when the event was received, so that ids sort and name their log partition.
 */
export function deliveryIdOf(event: { organizationId: string; eventId: string; receivedAtMs: number }, toWebhook: string): string {
  return derivedId('dlv', event.receivedAtMs, [event.organizationId, event.eventId, toWebhook]);
}

/** The id of an attempt, the same however often the attempt is reported. `key` tells attempts of one delivery apart. */
export function attemptIdOf(ofDelivery: string, key: string, sentAtMs: number): string {
  return derivedId('att', sentAtMs, [ofDelivery, key, String(sentAtMs)]);
}

/** The id of what Buildwire tells of a webhook, the same however often it is told. `key` tells apart what happens at one time. */
export function operationalEventIdOf(told: { organizationId: string; type: string; webhookId: string; deliveryId?: string | undefined; key: string; occurredAtMs: number }): string {
  return derivedId('evt', told.occurredAtMs, [told.organizationId, told.type, told.webhookId, told.deliveryId ?? '', told.key]);
}

/** The time that an id of ours carries, in epoch milliseconds; undefined if it is not one of ours. */
export function timeOfId(id: string): number | undefined {
  return ulidTime(id.slice(id.indexOf('_') + 1));
}

/** The digest as text: in one call and without a buffer it takes a quarter of the time. */
function derivedId(prefix: Prefix, timeMs: number, parts: string[]): string {
  return `${prefix}_${ulid(timeMs, hash('sha256', JSON.stringify(parts), 'binary').slice(0, ENTROPY_BYTES))}`;
}

let unusedCharacters = '';

/** Each used once. Fetched for many ids at a time: the system takes 5 µs to answer, however little is asked. */
function randomCharacters(): string {
  if (unusedCharacters.length < ENTROPY_BYTES) unusedCharacters = randomBytes(ENTROPY_BYTES * 256).toString('latin1');
  const taken = unusedCharacters.slice(0, ENTROPY_BYTES);
  unusedCharacters = unusedCharacters.slice(ENTROPY_BYTES);
  return taken;
}

function prefixedId(prefix: Prefix, name: string) {
  return z
    .string()
    .regex(new RegExp(`^${prefix}_[0-7][0-9A-HJKMNP-TV-Z]{25}$`), `must be ${prefix}_ and a ULID`)
    .meta({ id: name, examples: [`${prefix}_01JTX4N1PCC4R7V3A5YQ9H2K8M`] });
}
