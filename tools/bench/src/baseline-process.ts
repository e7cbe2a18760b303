import { createHmac } from 'node:crypto';
import { Agent } from 'undici';
import { nowMs } from './clock.js';
import { answerQuestions } from './process-link.js';

export interface BaselineOrder {
  url: string;
  body: string;
  headers: [string, string][];
  durationMs: number;
  concurrency: number;
}
export interface BaselineResult {
  perSecond: number;
  cpuMicros: number;
}

/** The least that a sender of signed webhooks can do: sign, post, read the answer. */
async function post({ url, body, headers, durationMs, concurrency }: BaselineOrder): Promise<BaselineResult> {
  const { origin, pathname } = new URL(url);
  const agent = new Agent({ connections: concurrency, pipelining: 1 });
  const key = Buffer.from('0123456789abcdef0123456789abcdef');
  const begun = nowMs();
  const cpu = process.cpuUsage();
  let sent = 0;
  const loop = async () => {
    while (nowMs() - begun < durationMs) {
      const id = `bare-${sent++}`;
      const timestamp = String(Math.floor(Date.now() / 1_000));
      const signature = `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
      const signed = [...headers.flat(), 'webhook-id', id, 'webhook-timestamp', timestamp, 'webhook-signature', signature];
      const { body: answer } = await agent.request({ origin, path: pathname, method: 'POST', headers: signed, body });
      await answer.dump();
    }
  };
  await Promise.all(Array.from({ length: concurrency }, loop));
  const seconds = (nowMs() - begun) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  await agent.close();
  return { perSecond: sent / seconds, cpuMicros: (user + system) / sent };
}

answerQuestions({ post });
