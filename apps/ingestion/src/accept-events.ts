import {
  MAX_EVENT_BYTES,
  ProblemError,
  UnavailableError,
  eventAccepted,
  eventBatch,
  eventInput,
  problemOf,
  validate,
} from '@buildwire/contracts';
import type { Event, PublishedEvent, PublishResult } from '@buildwire/contracts';
import { Publisher } from '@buildwire/messaging';
import { toProblem } from '@buildwire/service-runtime';
import { Injectable } from '@nestjs/common';
import { completeEvent } from './complete-event.js';

/** A compact event can be larger than its text only through numbers such as 1e15, at most this much. */
const MAX_GROWTH = 5;

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
  async acceptBatch(organizationId: string, batch: unknown, bytes: number): Promise<PublishResult[]> {
    const { events } = validate(eventBatch, batch);
    const settled = await Promise.allSettled(events.map((value) => this.accept(organizationId, value, bytes)));
    const failures = settled.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    const [away] = failures.filter((reason) => reason instanceof UnavailableError);
    if (away !== undefined && failures.length === events.length) throw away;
    return settled.map((result) => (result.status === 'fulfilled' ? result.value : { error: problemOf(toProblem(result.reason)) }));
  }
}

/** A body that has `events` is a batch; an event has no such key. */
export function isBatch(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'events' in body;
}

function eventOf(organizationId: string, value: unknown): Event {
  const input = validate(eventInput, value);
  const named = input.organization?.id;
  if (named !== undefined && named !== organizationId) {
    throw new ProblemError('invalid_request', undefined, [{ pointer: '/organization/id', detail: 'is not the organization that you publish for' }]);
  }
  return completeEvent(input, organizationId, Date.now());
}

function refuseOversize(value: unknown, bytes: number): void {
  if (bytes * MAX_GROWTH <= MAX_EVENT_BYTES) return;
  const size = Buffer.byteLength(JSON.stringify(value) ?? '');
  if (size > MAX_EVENT_BYTES) throw new ProblemError('too_large', `the event has ${size} bytes as compact JSON; the limit is ${MAX_EVENT_BYTES}`);
}
