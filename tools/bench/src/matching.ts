import { randomBytes } from 'node:crypto';
import { webhookChangedSubject } from '@buildwire/contracts';
import { connect } from '@nats-io/transport-node';
import { withDatabase } from './database.js';
import type { Stack } from './stack.js';
import { arrived, targetOf } from './throughput.js';
import { between, byStage, usageOf } from './usage.js';
import type { Workbench } from './workbench.js';

export interface MatchingLoad {
  /** How many webhooks there are in all: one size after the other in the same processes, from few to many. */
  sizes: number[];
  organizations: number;
  /** To measure, and before that to warm up with, at each size; each is for one webhook. */
  events: number;
  warmUp: number;
}

export interface Matching {
  webhooks: number;
  organizations: number;
  events: number;
  /** Of the process `matching`: all it does for an event, Postgres and NATS included. */
  cpuMicrosPerEvent: number;
  /** Of that with the fewest webhooks. */
  ratio: number;
  rssBytes: number;
  /** More memory than with the fewest webhooks, for each more. */
  bytesPerWebhook: number | null;
}

type Measured = Pick<Matching, 'cpuMicrosPerEvent' | 'rssBytes'>;

const LIMIT_MS = 600_000;
/** Prime, so that the events go to all apps of their organizations. */
const STEP = 7_919;

/**
 * What an event costs and a webhook takes as webhooks become many. All organizations are in memory; the events go to as many of them
 * as have a webhook at the smallest size, since an organization in use costs a look into the table every second, whatever its size.
 * Throws unless each event arrives once.
 */
export async function measureMatching(bench: Workbench, stack: Stack, load: MatchingLoad): Promise<Matching[]> {
  const scene = new Scene(bench, stack, load.organizations);
  await scene.createOrganizations();
  const used = Math.min(load.organizations, ...load.sizes);
  const found: Matching[] = [];
  for (const [place, webhooks] of load.sizes.entries()) {
    await scene.createWebhooks(load.sizes[place - 1] ?? 0, webhooks);
    await scene.publish(scene.organizationIds.toReversed(), () => 'app-0', Math.min(load.organizations, webhooks));
    const { cpuMicrosPerEvent, rssBytes } = await measure(scene, load, used, webhooks);
    const [first] = found;
    const ratio = first === undefined ? 1 : cpuMicrosPerEvent / first.cpuMicrosPerEvent;
    const bytesPerWebhook = first === undefined ? null : (rssBytes - first.rssBytes) / (webhooks - first.webhooks);
    found.push({ webhooks, organizations: load.organizations, events: load.events, cpuMicrosPerEvent, ratio, rssBytes, bytesPerWebhook });
  }
  return found;
}

async function measure(scene: Scene, { organizations, events, warmUp }: MatchingLoad, used: number, webhooks: number): Promise<Measured> {
  const apps = Math.max(1, Math.floor(webhooks / organizations));
  const say = (count: number) => {
    const organizationIds = Array.from({ length: count }, (_, place) => scene.organizationIds[place % used] ?? '');
    return scene.publish(organizationIds, (place) => `app-${(place * STEP) % apps}`, count);
  };
  await say(warmUp);
  const before = usageOf(scene.stack.pids);
  await say(events);
  const after = usageOf(scene.stack.pids);
  const { matching = 0 } = byStage(between(before.cpuMicros, after.cpuMicros));
  return { cpuMicrosPerEvent: matching / events, rssBytes: after.rssBytes['matching'] ?? 0 };
}

/** Organizations and webhooks written straight into the tables: a million by the API would take an hour. */
class Scene {
  private readonly run = randomBytes(4).toString('hex').toUpperCase();
  private readonly path = `/ok/match-${this.run}`;
  readonly organizationIds: readonly string[];
  private published = 0;
  private expected = 0;

  constructor(
    private readonly bench: Workbench,
    readonly stack: Stack,
    organizations: number,
  ) {
    this.organizationIds = Array.from({ length: organizations }, (_, place) => `org_${this.run}_${place}`);
  }

  async createOrganizations(): Promise<void> {
    await withDatabase(this.stack, (client) => client.query(`insert into matching.organization (id, name) select id, 'bench' from unnest($1::text[]) id`, [this.organizationIds]));
  }

  /** Each for an app of its organization's that no other is for. They sign nothing, since only matching could seal their secrets. */
  async createWebhooks(from: number, to: number): Promise<void> {
    const sql = `
      insert into matching.webhook (id, organization_id, name, url, format, dialect, options, events, app_id, active, headers, signing)
      select 'whk_0' || $1 || lpad(place::text, 17, '0'), 'org_' || $1 || '_' || place % $2::int, 'bench', $3, 'raw', 'buildwire', '{}', '{build.*}',
             'app-' || place / $2::int, true, '{}', '{"scheme":"none","standardWebhooks":false}'
        from generate_series($4::int, $5::int - 1) place`;
    const values = [this.run, this.organizationIds.length, `${this.bench.receiverUrl}${this.path}`, from, to];
    await withDatabase(this.stack, async (client) => {
      await client.query(sql, values);
      await client.query('analyze matching.webhook');
    });
    await this.announce();
  }

  /** One event to each of these organizations, and so many deliveries of them all. */
  async publish(organizationIds: string[], appOf: (place: number) => string, deliveries: number): Promise<void> {
    const appIds = organizationIds.map((_, place) => appOf(place));
    const [from, count] = [this.published, organizationIds.length];
    this.published += count;
    this.expected += deliveries;
    await this.bench.publish({ target: targetOf(this.stack), transport: 'nats', run: this.run, from, count, appIds, organizationIds });
    await arrived(this.bench, this.path, this.expected, LIMIT_MS);
    await this.bench.expectEachOnce(this.path, this.expected);
  }

  /** As matching does when a webhook changes: what is in memory is compared with the table before it is used again. */
  private async announce(): Promise<void> {
    const connection = await connect({ servers: this.stack.nats });
    for (const organizationId of this.organizationIds) connection.publish(webhookChangedSubject(organizationId), JSON.stringify({ webhookId: '' }));
    await connection.drain();
  }
}
