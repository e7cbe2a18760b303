import { eventually, startReceiver } from '@buildwire/testing';
import type { ReceivedRequest, Receiver } from '@buildwire/testing';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';

/** The shape of the `buildwire` dialect, as far as the demo reads it. */
const payload = z.object({ type: z.string(), timestamp: z.string(), data: z.looseObject({ id: z.string() }) });

const WAIT_MS = 20_000;

/** The receivers of the demo: one server, a path for each webhook, of which one fails at first. */
export class Endpoint {
  private constructor(private readonly receiver: Receiver) {}

  static async start(failing: { path: string; times: number }): Promise<Endpoint> {
    let seen = 0;
    const receiver = await startReceiver(({ path }) => (path === failing.path && ++seen <= failing.times ? { status: 503, body: 'restarting' } : { body: 'thank you' }));
    return new Endpoint(receiver);
  }

  urlOf(path: string): string {
    return `${this.receiver.url}${path}`;
  }

  requestsOf(path: string): ReceivedRequest[] {
    return this.receiver.requests.filter((request) => request.path === path);
  }

  /** The request that brought an event to a path. */
  eventAt(path: string, eventId: string): Promise<ReceivedRequest> {
    return this.receiver.waitFor((request) => request.path === path && payloadOf(request).data.id === eventId, WAIT_MS);
  }

  /** The request number `count` to a path, from 1. */
  nthAt(path: string, count: number): Promise<ReceivedRequest> {
    const nth = () => this.requestsOf(path)[count - 1] ?? fail(`${path} got ${this.requestsOf(path).length} of ${count} requests in time`);
    return eventually(nth, { timeoutMs: WAIT_MS });
  }

  close(): Promise<void> {
    return this.receiver.close();
  }
}

export function payloadOf({ body }: ReceivedRequest): z.output<typeof payload> {
  return payload.parse(JSON.parse(body.toString('utf8')));
}

/** What a receiver does: the public library decides, on the very bytes that came. */
export function isGenuine({ body, headers }: Pick<ReceivedRequest, 'body' | 'headers'>, secret: string): boolean {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

function fail(message: string): never {
  throw new Error(message);
}
