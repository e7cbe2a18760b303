import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

/** What the endpoint answers. Absent parts: 200, no headers of its own, empty body, at once. */
export interface Answer {
  status?: number;
  headers?: Record<string, string | string[]>;
  body?: string | Buffer;
  delayMs?: number;
  /** Never answer; the connection stays open. */
  hang?: true;
  /** Break the connection with a TCP reset. */
  reset?: true;
  /** Send these bytes as they are, in place of an HTTP response, and close. */
  raw?: string | Buffer;
  /** Send the head at once and then the body piece by piece; an endless iterable never ends. */
  dripBody?: { chunks: Iterable<string | Buffer>; everyMs: number };
}

export async function sendAnswer(request: IncomingMessage, response: ServerResponse, answer: Answer): Promise<void> {
  if (answer.delayMs) await wait(answer.delayMs);
  if (answer.hang || response.destroyed) return;
  if (answer.reset) return void request.socket.resetAndDestroy();
  if (answer.raw !== undefined) return void request.socket.end(answer.raw);

  response.writeHead(answer.status ?? 200, answer.headers);
  if (answer.dripBody) return drip(response, answer.dripBody);
  response.end(answer.body);
}

async function drip(response: ServerResponse, { chunks, everyMs }: NonNullable<Answer['dripBody']>): Promise<void> {
  response.flushHeaders();
  for (const chunk of chunks) {
    await wait(everyMs);
    if (response.destroyed) return;
    response.write(chunk);
  }
  response.end();
}
