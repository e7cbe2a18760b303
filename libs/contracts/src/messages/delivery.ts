import { z } from 'zod';
import { buildStep } from '../event/build-step.js';
import { eventType } from '../event/event-types.js';
import { dialect, format } from '../format.js';
import { deliveryId, eventId, organizationId, webhookId } from '../ids.js';
import type { Aside } from '../message-contract.js';

/** Why an attempt is made. */
export const triggers = ['event', 'retry', 'resend', 'test'] as const;
export const trigger = z.enum(triggers).meta({ id: 'Trigger' });
export type Trigger = z.output<typeof trigger>;

/** What a delivery came from; absent in a message, `event` is meant. */
export const cause = trigger.extract(['event', 'test']);

/** What identifies a delivery on every message about it. */
export const deliveryHead = z.object({
  deliveryId,
  organizationId,
  eventId,
  eventType,
  appId: z.string(),
  webhookId,
  format,
  dialect: dialect.nullable(),
});
export type DeliveryHead = z.output<typeof deliveryHead>;

/** Pairs of name and value. Looked at by hand: as an array of tuples the headers of one attempt take zod 2 µs, ten times as long. */
export const headerPairs = z.custom<[name: string, value: string][]>(arePairs, 'must be pairs of texts');

/** A delivery ready to be sent: everything but the webhook's address and secrets, which are read when it is sent. */
export const renderedDelivery = deliveryHead.extend({
  contentType: z.string(),
  /** Headers that belong to the body, such as CloudEvents attributes in binary mode. */
  headers: headerPairs,
  /** The exact bytes to sign, send and log, as UTF-8 text. */
  body: z.string(),
  trigger,
  /** The number of the automatic attempt, from 1; a resend repeats the number of the latest. */
  attempt: z.number().int().positive(),
  /** How often the delivery was put off (circuit open, …) without an attempt. */
  postponements: z.number().int().nonnegative(),
  /** Tells resends of one delivery apart. */
  resendId: z.string().optional(),
  /** What it came from was worked on before, perhaps to the end. */
  again: z.literal(true).optional(),
  /** Of an event about a build only. */
  build: buildStep.optional(),
});
export type RenderedDelivery = z.output<typeof renderedDelivery>;

/** The body of a record travels beside its JSON. */
export const bodyAside: Aside<{ body: string }> = {
  split: (record) => ({ text: record.body, rest: { ...record, body: '' } }),
  join: (rest, text) => Object.assign(rest, { body: text }),
};

function arePairs(value: unknown): boolean {
  return Array.isArray(value) && value.every((pair: unknown) => Array.isArray(pair) && pair.length === 2 && typeof pair[0] === 'string' && typeof pair[1] === 'string');
}
