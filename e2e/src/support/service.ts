import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Hopeless, eventually } from '@buildwire/testing';

export type Environment = Record<string, string>;

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** One built process, as it is deployed. */
export class Service {
  private child: ChildProcess | undefined;
  stdout = '';
  stderr = '';

  constructor(
    readonly name: string,
    private readonly environment: Environment,
    readonly url: string,
  ) {}

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  /** Starts it; {@link ready} tells when it works. */
  start(): void {
    const main = `${ROOT}apps/${this.name}/dist/main.js`;
    const child = spawn(process.execPath, ['--enable-source-maps', main], { cwd: ROOT, env: { PATH: process.env['PATH'] ?? '', ...this.environment } });
    child.stdout.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr = (this.stderr + text).slice(-100_000)));
    this.child = child;
  }

  async ready(): Promise<void> {
    await eventually(async () => {
      if (this.child?.exitCode !== null) throw new Hopeless(`${this.name} ended: ${this.stderr}`);
      const { status } = await fetch(`${this.url}/readyz`);
      if (status !== 200) throw new Error(`${this.name} is not ready (${status}): ${this.stderr.slice(-2_000)}`);
    }, { timeoutMs: 90_000 });
  }

  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** The exit code. */
  async stop(signal: 'SIGTERM' | 'SIGINT' = 'SIGTERM'): Promise<number | null> {
    return this.end(signal);
  }

  private async end(signal: NodeJS.Signals): Promise<number | null> {
    const { child } = this;
    if (child === undefined) return null;
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
    }
    return child.exitCode;
  }
}
