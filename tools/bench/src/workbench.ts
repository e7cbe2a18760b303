import type { Api } from './api.js';
import type { BaselineResult } from './baseline-process.js';
import { ProcessLink } from './process-link.js';
import type { PublishOrder, Published } from './publisher-process.js';
import type { Arrivals, Sample } from './receiver-process.js';
import { Stacks } from './stacks.js';
import type { Stack, StackOptions, Topology } from './stack.js';

const BASELINE_MS = 5_000;
/** As many as a replica of `delivery` has slots in a lane, up to what the receiver likes best. */
const BASELINE_CONCURRENCY = 64;

/** The processes around Buildwire: a receiver, a publisher, and the bare loop to compare with. */
export class Workbench {
  private readonly baselineLink = new ProcessLink('baseline-process');
  private readonly publisher = new ProcessLink('publisher-process');
  private readonly receiver = new ProcessLink('receiver-process');

  private constructor(
    readonly receiverUrl: string,
    private readonly baselineMs: number,
  ) {}

  static async start(baselineMs = BASELINE_MS): Promise<Workbench> {
    const bench = new Workbench('', baselineMs);
    return Object.assign(bench, { receiverUrl: await bench.receiver.ask<string>('url') });
  }

  /** What a bare loop reaches with these bytes, now: the machine is noisy, so it is asked again beside each figure. */
  async baseline({ body, headers }: Sample, durationMs = this.baselineMs): Promise<BaselineResult> {
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

  /** Throws unless exactly so many requests came in at these paths, each for another delivery. */
  async expectEachOnce(prefix: string, expected: number): Promise<void> {
    const { requests, deliveries } = await this.counts(prefix);
    if (requests !== expected || deliveries !== expected) throw new Error(`${requests} requests for ${deliveries} deliveries, not ${expected}`);
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
  const stacks = new Stacks();
  try {
    return await stacks.use(topology, options, work);
  } finally {
    await stacks.stop();
  }
}
