import { Agent, request } from 'node:http';
import type { z } from 'zod';

const TIMEOUT_MS = 10_000;

/** The REST API with one key; every answer is checked against its schema. */
export class Api {
  private readonly agent = new Agent({ keepAlive: true });

  constructor(
    readonly baseUrl: string,
    private readonly apiKey: string,
  ) {}

  get<Schema extends z.ZodType>(answer: Schema, path: string): Promise<z.output<Schema>> {
    return this.call('GET', answer, path, undefined);
  }

  post<Schema extends z.ZodType>(answer: Schema, path: string, body?: object): Promise<z.output<Schema>> {
    return this.call('POST', answer, path, body);
  }

  close(): void {
    this.agent.destroy();
  }

  private async call<Schema extends z.ZodType>(method: string, answer: Schema, path: string, body: object | undefined): Promise<z.output<Schema>> {
    const { status, text } = await this.exchange(method, path, body);
    if (status < 200 || status > 299) throw new Error(`${method} ${path} answered ${status}: ${text}`);
    return answer.parse(JSON.parse(text));
  }

  private exchange(method: string, path: string, body: object | undefined): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${this.apiKey}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
      const call = request(new URL(path, this.baseUrl), { method, headers, agent: this.agent, timeout: TIMEOUT_MS }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
        response.on('error', reject);
      });
      call.on('timeout', () => call.destroy(new Error(`${method} ${path} was not answered within ${TIMEOUT_MS / 1_000} s`)));
      call.on('error', reject);
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}
