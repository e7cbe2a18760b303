import { UnavailableError, createWebhook, standardHealthRule } from '@buildwire/contracts';
import type { CreateWebhook, EventType } from '@buildwire/contracts';
import { Database, SecretBox } from '@buildwire/database';
import { CoreNats } from '@buildwire/messaging';
import { eventually } from '@buildwire/testing';
import type { INestApplication } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OrganizationWebhooks } from './organization-webhooks.js';
import { OrganizationsRepository } from './organizations.repository.js';
import { startMatching } from './spec-support/start-matching.js';
import type { MatchingStack } from './spec-support/start-matching.js';
import { WebhookChanges } from './webhook-changes.js';
import { WebhookIndex } from './webhook-index.js';
import { WebhooksRepository } from './webhooks.repository.js';

let stack: MatchingStack;
let here: INestApplication;
let there: INestApplication;
let webhooks: WebhooksRepository;
beforeAll(async () => {
  stack = await startMatching();
  here = await stack.startReplica();
  there = await stack.startReplica();
  webhooks = here.get(WebhooksRepository);
});
afterAll(() => stack.stop());

describe('the webhook index', () => {
  it('knows a change in every replica once it was announced', async () => {
    await organization('org_told');
    expect(await matches(there, 'org_told')).toEqual([]);
    const { id } = await add('org_told');
    await announce('org_told', id);
    // What is published after the answer arrives after the announcement.
    await there.get(CoreNats).announce('spec.flush', null);
    expect(await matches(there, 'org_told')).toEqual([id]);
    expect(await matches(here, 'org_told')).toEqual([id]);

    await webhooks.update('org_told', id, { active: false });
    await announce('org_told', id);
    expect(await matches(here, 'org_told')).toEqual([]);
    await webhooks.update('org_told', id, { active: true, events: ['job.*'] });
    await announce('org_told', id);
    expect(await matches(here, 'org_told')).toEqual([]);
    expect(await matches(here, 'org_told', 'job.finished')).toEqual([id]);
    await webhooks.remove('org_told', id);
    await announce('org_told', id);
    expect(await matches(here, 'org_told', 'job.finished')).toEqual([]);
  });

  it('finds a change that nobody announced within about a second', async () => {
    await organization('org_untold');
    expect(await matches(here, 'org_untold')).toEqual([]);
    const { id } = await add('org_untold');
    const started = performance.now();
    await eventually(async () => expect(await matches(here, 'org_untold')).toEqual([id]));
    expect(performance.now() - started).toBeLessThan(1_500);
  });

  it('does not lose a change that is announced while it loads', async () => {
    await organization('org_loading');
    const slow = new SlowWebhooks(here.get(Database), here.get(SecretBox), standardHealthRule);
    const index = new WebhookIndex(slow, here.get(CoreNats));
    const loading = index.of(['org_loading']);
    await slow.hasRead;
    const { id } = await add('org_loading');
    index.invalidate('org_loading');
    const joining = index.of(['org_loading']);
    slow.goOn();
    await loading;
    expect(idsIn(await joining, 'org_loading')).toEqual([id]);
  });

  it('loads an organization of 10,000 webhooks, more than a page at a time', async () => {
    await organization('org_large');
    await here.get(Database).query(
      `insert into matching.webhook (id, organization_id, name, url, format, dialect, options, events, active, headers)
       select 'whk_' || lpad(number::text, 26, '0'), 'org_large', 'x', 'https://example.com', 'raw', 'buildwire', '{}', array['build.*'], number % 2 = 0, '{}' from generate_series(1, 20002) number`,
    );
    expect(await matches(here, 'org_large')).toHaveLength(10_001);
    expect(await matches(here, 'org_large', 'job.finished')).toHaveLength(0);
  });

  it('looks for the changes of many organizations at once, and only of those that are due', async () => {
    const ids = Array.from({ length: 1_200 }, (_, number) => `org_many_${number}`);
    // One in three has no webhooks, and a few have more than their share of a page.
    const counts = ids.map((_, number) => (number % 100 === 99 ? 30 : number % 3));
    await fill(ids, counts);
    const counting = new CountingWebhooks(here.get(Database), here.get(SecretBox), standardHealthRule);
    const index = new WebhookIndex(counting, here.get(CoreNats));
    const found = await index.of(ids);
    expect(ids.map((id) => found.get(id)?.size)).toEqual(counts);
    expect(counting.asked.length).toBeLessThan(8);
    const some = ids.slice(0, 10);
    await index.of(some);
    counting.asked = [];
    index.invalidate('org_many_7');
    expect(idsIn(await index.of(some), 'org_many_7')).toHaveLength(1);
    expect(counting.asked).toEqual([['org_many_7']]);
  });

  it('answers although somebody changes webhooks all the time', async () => {
    await organization('org_restless');
    const { id } = await add('org_restless');
    const restless = new CountingWebhooks(here.get(Database), here.get(SecretBox), standardHealthRule);
    const index = new WebhookIndex(restless, here.get(CoreNats));
    restless.onAsked = () => index.invalidate('org_restless');
    expect(idsIn(await index.of(['org_restless']), 'org_restless')).toEqual([id]);
    expect(restless.asked).toHaveLength(1);
  });

  it('forgets the organizations used least when there are too many webhooks, and not one too early', async () => {
    await fill(['org_1', 'org_2', 'org_3', 'org_4', 'org_5'], [2, 1, 1, 0, 0]);
    const small = new SmallIndex(webhooks, here.get(CoreNats));
    const [first, second] = [await small.one('org_1'), await small.one('org_2')];
    const [fourth, fifth] = [await small.one('org_4'), await small.one('org_5')];
    expect([await small.one('org_1'), await small.one('org_2'), await small.one('org_4'), await small.one('org_5')]).toEqual([first, second, fourth, fifth]);
    // Three webhooks fit, and a fourth takes the place of the two of org_1.
    await small.one('org_3');
    expect(await small.one('org_2')).toBe(second);
    expect(await small.one('org_1')).not.toBe(first);
  });

  it('forgets the organizations used least when there are too many of them, and not one too early', async () => {
    const ids = Array.from({ length: 6 }, (_, number) => `org_empty_${number}`);
    await fill(ids, ids.map(() => 0));
    const small = new SmallIndex(webhooks, here.get(CoreNats));
    const found = new Map(await small.of(ids.slice(0, 5)));
    expect(await small.one('org_empty_0')).toBe(found.get('org_empty_0'));
    await small.one('org_empty_5');
    expect(await small.one('org_empty_0')).toBe(found.get('org_empty_0'));
    expect(await small.one('org_empty_1')).not.toBe(found.get('org_empty_1'));
  });

  it('answers for more organizations, with more webhooks, than it keeps', async () => {
    const ids = Array.from({ length: 12 }, (_, number) => `org_over_${number}`);
    await fill(ids, ids.map(() => 1));
    const found = await new SmallIndex(webhooks, here.get(CoreNats)).of(ids);
    expect(ids.map((id) => found.get(id)?.size)).toEqual(ids.map(() => 1));
  });

  it('says that Postgres is away rather than to guess, and goes on when it is back', async () => {
    await organization('org_away');
    const { id } = await add('org_away');
    await matches(here, 'org_away');
    here.get(WebhookIndex).invalidate('org_away');
    await stack.postgres.kill();
    await expect(matches(here, 'org_away')).rejects.toThrow(UnavailableError);
    await stack.postgres.restart();
    expect(await eventually(() => matches(here, 'org_away'))).toEqual([id]);
  });
});

class SmallIndex extends WebhookIndex {
  protected override readonly maxWebhooks = 3;
  protected override readonly maxOrganizations = 5;

  async one(organizationId: string) {
    return (await this.of([organizationId])).get(organizationId);
  }
}

/** Notes which organizations it was asked for. */
class CountingWebhooks extends WebhooksRepository {
  asked: string[][] = [];
  onAsked = () => {};

  override async changesSince(...asked: Parameters<WebhooksRepository['changesSince']>) {
    this.asked.push(asked[0].map(({ organizationId }) => organizationId));
    const changes = await super.changesSince(...asked);
    this.onAsked();
    return changes;
  }
}

/** Holds the first answer back until told to go on. */
class SlowWebhooks extends WebhooksRepository {
  readonly hasRead = new Promise<void>((resolve) => (this.tellRead = resolve));
  goOn!: () => void;
  private tellRead!: () => void;
  private readonly mayGoOn = new Promise<void>((resolve) => (this.goOn = resolve));

  override async changesSince(...asked: Parameters<WebhooksRepository['changesSince']>) {
    const changes = await super.changesSince(...asked);
    this.tellRead();
    await this.mayGoOn;
    return changes;
  }
}

async function organization(id: string): Promise<void> {
  await here.get(OrganizationsRepository).ensure(id);
}

function add(organizationId: string, settings: Partial<CreateWebhook> = {}) {
  const { secret: _, ...webhook } = createWebhook.parse({ name: 'CI', url: 'https://example.com/hook', events: ['build.*'], ...settings });
  return webhooks.create(organizationId, webhook, 'whsec_MDEyMzQ1Njc4OWFiY2RlZg==');
}

function announce(organizationId: string, webhookId: string): Promise<void> {
  return here.get(WebhookChanges).announce({ organizationId, webhookId });
}

async function matches(app: INestApplication, organizationId: string, type?: EventType): Promise<string[]> {
  return idsIn(await app.get(WebhookIndex).of([organizationId]), organizationId, type);
}

function idsIn(found: Map<string, OrganizationWebhooks>, organizationId: string, type: EventType = 'build.failed'): string[] {
  return found.get(organizationId)?.match(type, 'app_1').map(({ id }) => id) ?? [];
}

/** Organizations with so many webhooks each. */
async function fill(ids: string[], counts: number[]): Promise<void> {
  await here.get(Database).query('insert into matching.organization (id, name) select id, id from unnest($1::text[]) as id', [ids]);
  await here.get(Database).query(
    `insert into matching.webhook (id, organization_id, name, url, format, dialect, options, events, active, headers)
     select 'whk_' || md5(id || '/' || number), id, 'x', 'https://example.com', 'raw', 'buildwire', '{}', array['build.*'], true, '{}'
       from unnest($1::text[], $2::int[]) as filled (id, count), generate_series(1, count) as number`,
    [ids, counts],
  );
}
