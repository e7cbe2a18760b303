import { UnavailableError, createWebhook, standardHealthRule } from '@buildwire/contracts';
import type { CreateWebhook, EventType } from '@buildwire/contracts';
import { Database, SecretBox } from '@buildwire/database';
import { CoreNats } from '@buildwire/messaging';
import { eventually } from '@buildwire/testing';
import type { INestApplication } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
    const loading = index.of('org_loading');
    await slow.hasRead;
    const { id } = await add('org_loading');
    index.invalidate('org_loading');
    const joining = index.of('org_loading');
    slow.goOn();
    await loading;
    expect((await joining).match('build.failed', 'app_1').map((target) => target.id)).toEqual([id]);
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

  it('forgets the organizations used least when there are too many webhooks', async () => {
    for (const id of ['org_1', 'org_2', 'org_3']) {
      await organization(id);
      await add(id);
    }
    const small = new SmallIndex(webhooks, here.get(CoreNats));
    const first = await small.of('org_1');
    const second = await small.of('org_2');
    expect(await small.of('org_1')).toBe(first);
    await small.of('org_3');
    expect(await small.of('org_1')).toBe(first);
    expect(await small.of('org_2')).not.toBe(second);
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
  protected override readonly maxWebhooks = 4;
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

async function matches(app: INestApplication, organizationId: string, type: EventType = 'build.failed'): Promise<string[]> {
  return (await app.get(WebhookIndex).of(organizationId)).match(type, 'app_1').map(({ id }) => id);
}
