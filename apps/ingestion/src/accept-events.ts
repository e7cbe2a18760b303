import {
  MAX_EVENT_BYTES,
  ProblemError,
  UnavailableError,
  eventAccepted,
  eventBatch,
  readEventInput,
  validate,
} from '@buildwire/contracts';
import type { Event, PublishedEvent, PublishResult } from '@buildwire/contracts';
import { Publisher } from '@buildwire/messaging';
import { problemFrom } from '@buildwire/service-runtime';
import { Injectable } from '@nestjs/common';
import { completeEvent } from './complete-event.js';

/** A compact event can be larger than its text only through numbers such as 1e15, at most this much. */
const MAX_GROWTH = 5;
/** An escape such as `\u001f`. */
const MOST_BYTES_OF_CHARACTER = 6;
/** Such as -2.2250738585072014e-308. */
const MOST_BYTES_OF_NUMBER = 24;

/** The one way into Buildwire: every transport checks, completes and stores events here, and acknowledges only then. */
@Injectable()
export class AcceptEvents {
  constructor(private readonly publisher: Publisher) {}

  /** One event, as parsed from strict JSON of `bytes` bytes. Throws a `ProblemError`, or an `UnavailableError` if it could not be stored. */
  async accept(organizationId: string, value: unknown, bytes: number): Promise<PublishedEvent> {
    refuseOversize(value, bytes);
    const event = eventOf(organizationId, value);
    await this.publisher.publish(eventAccepted, { organizationId, event });
    return { id: event.id };
  }

  /** Up to a thousand events, each judged on its own. Throws an `UnavailableError` only if none could be stored. */
  acceptBatch(organizationId: string, events: readonly unknown[], bytes: number): Promise<PublishResult[]> {
    return resultsOf(events.map((value) => this.accept(organizationId, value, bytes)));
  }
}

/** The events of a batch; undefined if the body is one event, which has no key `events`. Throws a `ProblemError`. */
export function batchOf(body: unknown): unknown[] | undefined {
  if (typeof body !== 'object' || body === null || !('events' in body)) return undefined;
  return validate(eventBatch, body).events;
}

/** What became of each event, in order. Throws an `UnavailableError` only if none could be stored. */
export async function resultsOf(accepted: Promise<PublishedEvent>[]): Promise<PublishResult[]> {
  const settled = await Promise.allSettled(accepted);
  const failures = settled.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  const away = failures.find((reason) => reason instanceof UnavailableError);
  if (away !== undefined && failures.length === settled.length) throw away;
  return settled.map((result) => (result.status === 'fulfilled' ? result.value : { error: problemFrom(result.reason) }));
}

function eventOf(organizationId: string, value: unknown): Event {
  const input = readEventInput(value);
  const named = input.organization?.id;
  if (named !== undefined && named !== organizationId) {
    throw new ProblemError('invalid_request', undefined, [{ pointer: '/organization/id', detail: 'is not the organization that you publish for' }]);
  }
  return completeEvent(input, organizationId, Date.now());
}

function refuseOversize(value: unknown, bytes: number): void {
  if (bytes * MAX_GROWTH <= MAX_EVENT_BYTES || mostBytesOf(value) <= MAX_EVENT_BYTES) return;
  const size = Buffer.byteLength(JSON.stringify(value) ?? '');
  if (size > MAX_EVENT_BYTES) throw new ProblemError('too_large', `the event has ${size} bytes as compact JSON; the limit is ${MAX_EVENT_BYTES}`);
}

/** As many bytes as compact JSON can take. Far from the limit this saves writing each event of a batch to measure it. */
function mostBytesOf(value: unknown): number {
  if (typeof value === 'string') return value.length * MOST_BYTES_OF_CHARACTER + 2;
  if (typeof value !== 'object' || value === null) return MOST_BYTES_OF_NUMBER;
  let bytes = 2;
  if (Array.isArray(value)) for (const item of value) bytes += mostBytesOf(item) + 1;
  else for (const key in value) bytes += mostBytesOf(key) + mostBytesOf((value as Record<string, unknown>)[key]) + 2;
  return bytes;
}
