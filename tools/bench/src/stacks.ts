import { Api } from './api.js';
import { startStack } from './stack.js';
import type { Stack, StackOptions, Topology } from './stack.js';

interface Running {
  key: string;
  stack: Stack;
  api: Api;
}

/** One stack at a time. It stays for whoever asks for the same next, until it is stopped. */
export class Stacks {
  private running: Running | undefined;

  async use<Result>(topology: Topology, options: StackOptions, work: (stack: Stack, api: Api) => Promise<Result>): Promise<Result> {
    const { stack, api } = await this.start(topology, options);
    return work(stack, api);
  }

  async stop(): Promise<void> {
    const last = this.running;
    this.running = undefined;
    await last?.api.close();
    await last?.stack.stop();
  }

  private async start(topology: Topology, options: StackOptions): Promise<Running> {
    const key = JSON.stringify([topology, options]);
    if (this.running?.key === key) return this.running;
    await this.stop();
    const stack = await startStack(topology, options);
    this.running = { key, stack, api: new Api(stack) };
    return this.running;
  }
}
