import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ANSWER_LIMIT_MS = 600_000;
const STOP_LIMIT_MS = 10_000;

/** What a process of a benchmark is asked, and what it answers. */
export interface Question {
  id: number;
  name: string;
  input: unknown;
}
type Reply = { id: number; value: unknown } | { id: number; error: string };

/** A process of a benchmark: it answers questions over Node's own channel. */
export class ProcessLink {
  private asked = 0;
  private readonly child: ChildProcess;

  /** `program` is the name of a compiled file beside this one. */
  constructor(program: string) {
    const path = fileURLToPath(new URL(`./${program}.js`, import.meta.url));
    this.child = fork(path, [], { serialization: 'advanced' });
    // One listener for each question under way.
    this.child.setMaxListeners(0);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Rejects if the process ends or answers with an error. */
  ask<Answer>(name: string, input?: unknown): Promise<Answer> {
    const id = ++this.asked;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => end(() => reject(new Error(`${name} was not answered in time`))), ANSWER_LIMIT_MS);
      const onExit = () => end(() => reject(new Error(`the process that was asked ${name} ended`)));
      const onMessage = (reply: Reply) => {
        if (reply.id !== id) return;
        end(() => ('error' in reply ? reject(new Error(`${name}: ${reply.error}`)) : resolve(reply.value as Answer)));
      };
      const end = (settle: () => void) => {
        clearTimeout(timer);
        this.child.off('exit', onExit).off('message', onMessage);
        settle();
      };
      this.child.on('exit', onExit).on('message', onMessage);
      this.child.send({ id, name, input } satisfies Question);
    });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const lostPatience = setTimeout(() => this.child.kill('SIGKILL'), STOP_LIMIT_MS);
    await exited;
    clearTimeout(lostPatience);
  }
}

/** The other side: answers each question by the function of its name. Ends with the parent. */
export function answerQuestions(answers: Record<string, (input: never) => unknown>): void {
  process.on('disconnect', () => process.exit());
  process.on('message', (question: Question) => void answer(question, answers));
}

async function answer({ id, name, input }: Question, answers: Record<string, (input: never) => unknown>): Promise<void> {
  try {
    process.send?.({ id, value: await answers[name]?.(input as never) });
  } catch (error) {
    process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}
