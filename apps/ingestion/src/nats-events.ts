import {
  MAX_BATCH_BYTES,
  ProblemError,
  UnavailableError,
  eventAccepted,
  ingestSubject,
  organizationOfSubject,
  problems,
} from '@buildwire/contracts';
import type { Problem } from '@buildwire/contracts';
import { ApiKeys } from '@buildwire/database';
import { CoreNats, DeadLetters } from '@buildwire/messaging';
import type { Request } from '@buildwire/messaging';
import { parseStrictJson, problemFrom } from '@buildwire/service-runtime';
import { Injectable, Logger } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { AcceptEvents, batchOf } from './accept-events.js';

/** Requests of all producers that are worked on at a time; what comes beyond is answered `busy`. */
const MAX_IN_FLIGHT = 5_000;

/**
 * Events by NATS, on `buildwire.ingest.v1.<organization>`. A request is answered like HTTP; the answer is also what a
 * JetStream publish takes for its acknowledgement. A publish that nobody waits for is not acknowledged: it is stored if
 * it can be, and if it is wrong it goes to the dead letters with the reason.
 */
@Injectable()
export class NatsEvents implements OnModuleInit {
  private readonly logger = new Logger('NatsEvents');
  private inFlight = 0;

  constructor(
    private readonly nats: CoreNats,
    private readonly events: AcceptEvents,
    private readonly organizations: ApiKeys,
    private readonly deadLetters: DeadLetters,
  ) {}

  onModuleInit(): void {
    this.nats.serve(ingestSubject('*'), 'ingestion', (request) => this.answer(request));
  }

  private async answer(request: Request): Promise<string> {
    this.inFlight++;
    try {
      return JSON.stringify(acknowledgementOf(await this.accept(request)));
    } catch (error) {
      const problem = problemFrom(error);
      await this.keep(request, problem);
      return JSON.stringify(refusalOf(problem));
    } finally {
      this.inFlight--;
    }
  }

  private async accept(request: Request): Promise<Record<string, unknown>> {
    const { subject, data } = request;
    if (this.inFlight > MAX_IN_FLIGHT) throw new ProblemError('busy', `more than ${MAX_IN_FLIGHT} requests are in flight`);
    if (data.length > MAX_BATCH_BYTES) throw new ProblemError('too_large', `the limit is ${MAX_BATCH_BYTES} bytes`);
    const organizationId = organizationOfSubject(subject);
    if (!(await this.organizations.knowsOrganization(organizationId))) throw new ProblemError('not_found', `there is no organization ${organizationId}`);
    const body = parseStrictJson(data);
    const batch = batchOf(body);
    if (batch === undefined) return { ...(await this.events.accept(organizationId, body, data.length)) };
    const results = await this.events.acceptBatch(organizationId, batch, data.length);
    await Promise.all(results.map((result, index) => ('error' in result ? this.keep(partOf(request, batch[index]), result.error) : undefined)));
    return { results };
  }

  /** What was refused and nobody hears of is kept where people look. A broker that is away can keep nothing. */
  private async keep({ subject, data, expectsReply }: Request, { title, detail, errors }: Problem): Promise<void> {
    if (expectsReply) return;
    const reason = [title, detail, ...(errors ?? []).map((fault) => `${fault.pointer}: ${fault.detail}`)].filter(Boolean).join('; ');
    try {
      await this.deadLetters.add({ service: 'ingestion', subject, reason, payload: data });
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      this.logger.error(`an unacknowledged event on ${subject} could not be stored: ${reason}`);
    }
  }
}

/** One event of a batch, as if it had come alone. */
function partOf(request: Request, event: unknown): Request {
  return { ...request, data: Buffer.from(JSON.stringify(event)) };
}

/** `stream` and `seq` make a JetStream client take this for an acknowledgement; the sequence is not known here. */
function acknowledgementOf(answer: Record<string, unknown>): Record<string, unknown> {
  return { stream: eventAccepted.stream, seq: 0, ...answer };
}

/** Likewise a refusal: `error` is what a JetStream client reads, with the problem itself beside it. */
function refusalOf(problem: Problem): Record<string, unknown> {
  const { status } = problems[problem.code];
  return { error: { code: status, err_code: 0, description: problem.detail ?? problem.title }, ...problem };
}
