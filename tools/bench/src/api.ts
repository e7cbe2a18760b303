import { createdWebhook, deliveryList } from '@buildwire/contracts';
import type { Delivery } from '@buildwire/contracts';
import { eventually } from '@buildwire/testing';
import { Pool } from 'undici';
import type { z } from 'zod';
import type { Stack } from './stack.js';

const PAGE = 250;

/** The REST API of a stack, as far as a benchmark needs it. */
export class Api {
  private readonly pools = new Map<string, Pool>();

  constructor(private readonly stack: Pick<Stack, 'urls' | 'apiKey'>) {}

  async createWebhook(webhook: object): Promise<string> {
    const { id } = await this.call(createdWebhook, this.stack.urls.webhooks, 'POST', '/v1/webhooks', { name: 'bench', events: ['*'], ...webhook });
    return id;
  }

  async deleteWebhook(id: string): Promise<void> {
    await this.send(this.stack.urls.webhooks, 'DELETE', `/v1/webhooks/${id}`);
  }

  /** How many deliveries of an app are in this state, all pages counted. */
  async countDeliveries(appId: string, status: Delivery['status']): Promise<number> {
    let count = 0;
    for (let cursor: string | null = ''; cursor !== null; ) {
      const path: string = `/v1/deliveries?appId=${appId}&status=${status}&limit=${PAGE}${cursor === '' ? '' : `&cursor=${cursor}`}`;
      const { data, nextCursor }: z.output<typeof deliveryList> = await this.call(deliveryList, this.stack.urls.deliveries, 'GET', path);
      count += data.length;
      cursor = nextCursor;
    }
    return count;
  }

  /** Resolves when the log has so many succeeded deliveries of an event. */
  async logged(eventId: string, deliveries: number, timeoutMs: number): Promise<void> {
    const path = `/v1/deliveries?eventId=${eventId}&status=succeeded&limit=${PAGE}`;
    await eventually(async () => {
      const { data } = await this.call(deliveryList, this.stack.urls.deliveries, 'GET', path);
      if (data.length < deliveries) throw new Error(`the log has ${data.length} of ${deliveries} deliveries of ${eventId}`);
    }, { timeoutMs, everyMs: 10 });
  }

  async close(): Promise<void> {
    await Promise.all([...this.pools.values()].map((pool) => pool.close()));
  }

  private async call<Schema extends z.ZodType>(answer: Schema, base: string, method: 'GET' | 'POST', path: string, body?: object): Promise<z.output<Schema>> {
    return answer.parse(JSON.parse(await this.send(base, method, path, body)));
  }

  private async send(base: string, method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<string> {
    const pool = this.pools.get(base) ?? new Pool(base, { connections: 8 });
    this.pools.set(base, pool);
    const headers = { authorization: `Bearer ${this.stack.apiKey}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    const response = await pool.request({ path, method, headers, body: body === undefined ? null : JSON.stringify(body) });
    const text = await response.body.text();
    if (response.statusCode >= 300) throw new Error(`${method} ${path} answered ${response.statusCode}: ${text.slice(0, 500)}`);
    return text;
  }
}
