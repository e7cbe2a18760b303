import { Api } from './api.js';
import type { BaselineResult } from './baseline-process.js';
import { ProcessLink } from './process-link.js';
import type { PublishOrder, Published } from './publisher-process.js';
import type { Arrivals, Sample } from './receiver-process.js';
import { startStack } from './stack.js';
import type { Stack, StackOptions, Topology } from './stack.js';

const BASELINE_MS = 5_000;
/** As many as a replica of `delivery` has slots in a lane, up to what the receiver likes best. */
const BASELINE_CONCURRENCY = 64;

/** The processes around Buildwire: a receiver, a publisher, and the bare loop to compare with. */
export class Workbench {
  private readonly baselineLink = new ProcessLink('baseline-process');
  private readonly publisher = new ProcessLink('publisher-process');
  private readonly receiver = new ProcessLink('receiver-process');

  private constructor(readonly receiverUrl: string) {}

  static async start(): Promise<Workbench> {
    const bench = new Workbench('');
    return Object.assign(bench, { receiverUrl: await bench.receiver.ask<string>('url') });
  }

  /** What a bare loop reaches with these bytes, now: the machine is noisy, so it is asked again beside each figure. */
  async baseline({ body, headers }: Sample, durationMs = BASELINE_MS): Promise<BaselineResult> {
    const order = { url: `${this.receiverUrl}/bare`, body, headers, durationMs, concurrency: BASELINE_CONCURRENCY };
    const result = await this.baselineLink.ask<BaselineResult>('post', order);
    await this.take('/bare');
    return result;
  }

  publish(order: PublishOrder): Promise<Published> {
    return this.publisher.ask('publish', order);
  }

  /** Requests that have come in at paths with this beginning. */
  requests(prefix: string): Promise<number> {
    return this.receiver.ask('requests', prefix);
  }

  /** The first request at a path, without signature. */
  sample(path: string): Promise<Sample | undefined> {
    return this.receiver.ask('sample', path);
  }

  counts(prefix: string): Promise<{ requests: number; deliveries: number }> {
    return this.receiver.ask('counts', prefix);
  }

  /** What came in at these paths; forgotten afterwards. */
  take(prefix: string): Promise<Record<string, Arrivals>> {
    return this.receiver.ask('take', prefix);
  }

  async stop(): Promise<void> {
    await Promise.all([this.baselineLink, this.publisher, this.receiver].map((link) => link.stop()));
  }
}

/** Runs work with a stack of its own, and takes it down whatever happens. */
export async function withStack<Result>(topology: Topology, options: StackOptions, work: (stack: Stack, api: Api) => Promise<Result>): Promise<Result> {
  const stack = await startStack(topology, options);
  const api = new Api(stack);
  try {
    return await work(stack, api);
  } finally {
    await api.close();
    await stack.stop();
  }
}
