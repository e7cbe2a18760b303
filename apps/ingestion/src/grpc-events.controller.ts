import { ProblemError, UnavailableError, eventBatch, eventFromProto, validate } from '@buildwire/contracts';
import type { Problem, PublishResult } from '@buildwire/contracts';
import { ApiKeyLookup, authenticate, parseStrictJson, problemFrom } from '@buildwire/service-runtime';
import type { Metadata, ServerReadableStream, sendUnaryData } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { GrpcMethod, GrpcStreamCall, RpcException } from '@nestjs/microservices';
import { AcceptEvents, resultsOf } from './accept-events.js';
import { toGrpcFailure } from './grpc-problem.js';
import { refuseUnreadable } from './unreadable-request.js';
import type { UnreadableRequest } from './unreadable-request.js';

interface PublishRequest extends UnreadableRequest {
  event?: object;
}
interface PublishBatchRequest extends UnreadableRequest {
  events?: object[];
}
interface PublishStreamResponse {
  accepted: number;
  rejected: number;
  rejections: { index: number; error: Problem }[];
}

/** Events of one stream that wait for the broker; the stream is read on when one is done. */
const MAX_STREAM_IN_FLIGHT = 1_000;
const MAX_REJECTIONS = 1_000;

/** Events by gRPC: the same check and the same acknowledgement as over HTTP. */
@Controller()
export class GrpcEventsController {
  constructor(
    private readonly events: AcceptEvents,
    private readonly keys: ApiKeyLookup,
  ) {}

  @GrpcMethod('EventIngestion', 'Publish')
  async publish(request: PublishRequest, metadata: Metadata): Promise<{ id: string }> {
    return answer(async () => this.accept(await this.organizationOf(metadata), request));
  }

  @GrpcMethod('EventIngestion', 'PublishBatch')
  async publishBatch(request: PublishBatchRequest, metadata: Metadata): Promise<{ results: PublishResult[] }> {
    return answer(async () => {
      const organizationId = await this.organizationOf(metadata);
      refuseUnreadable(request);
      const { events = [] } = request;
      validate(eventBatch, { events });
      return { results: await resultsOf(events.map((event) => this.accept(organizationId, { event }))) };
    });
  }

  @GrpcStreamCall('EventIngestion', 'PublishStream')
  publishStream(call: ServerReadableStream<PublishRequest, PublishStreamResponse>, done: sendUnaryData<PublishStreamResponse>): void {
    this.acceptStream(call).then(
      (response) => done(null, response),
      (error: unknown) => done(toGrpcFailure(error)),
    );
  }

  private async acceptStream(call: ServerReadableStream<PublishRequest, PublishStreamResponse>): Promise<PublishStreamResponse> {
    const organizationId = await this.organizationOf(call.metadata);
    const response: PublishStreamResponse = { accepted: 0, rejected: 0, rejections: [] };
    const inFlight = new Set<Promise<void>>();
    let failure: UnavailableError | undefined;
    let index = 0;
    for await (const request of call as AsyncIterable<PublishRequest>) {
      const accepted = this.acceptOne(organizationId, request, index++, response).catch((error: unknown) => {
        failure ??= error instanceof UnavailableError ? error : new UnavailableError('broker', { cause: error });
      });
      inFlight.add(accepted);
      void accepted.then(() => inFlight.delete(accepted));
      if (inFlight.size >= MAX_STREAM_IN_FLIGHT) await Promise.race(inFlight);
      // The client sends all again, so nothing waits for the others.
      if (failure !== undefined) throw failure;
    }
    await Promise.all(inFlight);
    if (failure !== undefined) throw failure;
    return response;
  }

  /** A refused event is told in the answer; a broker that is away ends the stream. */
  private async acceptOne(organizationId: string, request: PublishRequest, index: number, response: PublishStreamResponse): Promise<void> {
    try {
      await this.accept(organizationId, request);
      response.accepted++;
    } catch (error) {
      if (error instanceof UnavailableError) throw error;
      response.rejected++;
      if (response.rejections.length < MAX_REJECTIONS) response.rejections.push({ index, error: problemFrom(error) });
    }
  }

  private async accept(organizationId: string, request: PublishRequest): Promise<{ id: string }> {
    refuseUnreadable(request);
    const { event } = request;
    if (event === undefined) throw new ProblemError('invalid_request', undefined, [{ pointer: '/event', detail: 'is missing' }]);
    const { value, bytes } = strict(eventFromProto(event));
    return this.events.accept(organizationId, value, bytes);
  }

  private organizationOf(metadata: Metadata): Promise<string> {
    const [header] = metadata.get('authorization');
    return authenticate(this.keys, header?.toString());
  }
}

/** What protobuf lets through and JSON would not (a NUL, 2^60) is refused here too: one check for every transport. */
function strict(json: unknown): { value: unknown; bytes: number } {
  const bytes = Buffer.from(JSON.stringify(json));
  return { value: parseStrictJson(bytes), bytes: bytes.length };
}

async function answer<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw new RpcException(toGrpcFailure(error));
  }
}
