import type { Attempt, CreatedWebhook, DeadLetter, Delivery, Problem, Webhook } from '@buildwire/contracts';
import { eventually } from '@buildwire/testing';
import type { Service } from './service.js';

export interface Page<Item> {
  data: Item[];
  nextCursor: string | null;
}

export interface Answered<Body> {
  status: number;
  body: Body;
  headers: Headers;
}

type Servers = Record<'ingestion' | 'matching' | 'delivery' | 'delivery-log', Pick<Service, 'url'>>;

/** The REST API, each route at the service that has it. */
export class Api {
  constructor(
    private readonly servers: Servers,
    private readonly apiKey: string,
  ) {}

  /** The same system with another key. */
  as(apiKey: string): Api {
    return new Api(this.servers, apiKey);
  }

  async call<Body>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answered<Body>> {
    const raw = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(`${this.serverOf(method, path)}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.apiKey}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: raw ? (body as string) : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as Body, headers: response.headers };
  }

  async publish(event: object): Promise<string> {
    const { status, body } = await this.call<{ id: string } & Problem>('POST', '/v1/events', event);
    if (status !== 202) throw new Error(`not accepted: ${status} ${JSON.stringify(body)}`);
    return body.id;
  }

  /** A chat target has no secret, which then is empty. */
  async createWebhook(webhook: object): Promise<CreatedWebhook & { secret: string }> {
    const { status, body } = await this.call<CreatedWebhook>('POST', '/v1/webhooks', { name: 'e2e', events: ['*'], ...webhook });
    if (status !== 201) throw new Error(`not created: ${status} ${JSON.stringify(body)}`);
    return { ...body, secret: body.secret ?? '' };
  }

  async updateWebhook(id: string, change: object): Promise<Webhook> {
    return (await this.call<Webhook>('PATCH', `/v1/webhooks/${id}`, change)).body;
  }

  async list<Item>(path: string): Promise<Item[]> {
    const items: Item[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body, status }: Answered<Page<Item>> = await this.call('GET', cursor === '' ? path : `${path}${path.includes('?') ? '&' : '?'}cursor=${cursor}`);
      if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
      items.push(...body.data);
      cursor = body.nextCursor;
    }
    return items;
  }

  deliveries(query: string): Promise<Delivery[]> {
    return this.list(`/v1/deliveries?${query}`);
  }

  attempts(deliveryId: string): Promise<Attempt[]> {
    return this.list(`/v1/deliveries/${deliveryId}/attempts`);
  }

  deadLetters(): Promise<DeadLetter[]> {
    return this.list('/v1/dead-letters');
  }

  /** The one delivery of a webhook, once the log says that it is in this state. */
  deliveryIn(status: Delivery['status'], webhookId: string, timeoutMs = 20_000): Promise<Delivery> {
    return eventually(async () => {
      const [delivery, ...more] = await this.deliveries(`webhookId=${webhookId}`);
      if (delivery?.status !== status || more.length > 0) throw new Error(`expected one ${status} delivery: ${JSON.stringify([delivery, ...more])}`);
      return delivery;
    }, { timeoutMs });
  }

  private serverOf(method: string, path: string): string {
    if (method === 'POST' && path.startsWith('/v1/events')) return this.servers.ingestion.url;
    if (/^\/v1\/webhooks\/([^/]+\/)?preview$/.test(path)) return this.servers.delivery.url;
    const isLog = path.startsWith('/v1/deliveries') || path.startsWith('/v1/dead-letters') || /^\/v1\/events\/[^/]+\/deliveries/.test(path);
    return this.servers[isLog ? 'delivery-log' : 'matching'].url;
  }
}
