import { createWebhook, standardHealthRule } from '@buildwire/contracts';
import { Database, SecretBox, migrate, webhookSecretContext, webhookUrlContext } from '@buildwire/database';
import { eventually, startTestPostgres } from '@buildwire/testing';
import type { TestPostgres } from '@buildwire/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OrganizationsRepository } from './organizations.repository.js';
import { WebhooksRepository } from './webhooks.repository.js';

const SECRET = 'whsec_MDEyMzQ1Njc4OWFiY2RlZg==';
const NEW_SECRET = 'whsec_YW5vdGhlcl9zZWNyZXRfYWx0b2dldGhlcg==';
const box = new SecretBox('a-key-for-specs-of-32-characters-or-more');

let server: TestPostgres;
let database: Database;
let webhooks: WebhooksRepository;
beforeAll(async () => {
  server = await startTestPostgres();
  const { url } = await server.createDatabase(migrate);
  database = new Database({ url, applicationName: 'spec', poolSize: 8 });
  webhooks = new WebhooksRepository(database, box, standardHealthRule);
  for (const id of ['org_a', 'org_b', 'org_busy']) await new OrganizationsRepository(database).ensure(id);
});
afterAll(async () => {
  await database.close();
  await server.stop();
});

describe('stored webhooks', () => {
  it('keep all their settings', async () => {
    const settings = aWebhook({ headers: { 'x-team': 'games' }, retry: { schedule: [1, 2.5] }, limits: { timeoutMs: 5_000 }, appId: 'app_1', active: false });
    const { id, createdAt, updatedAt, rules, paused, disabled, health, ...stored } = await webhooks.create('org_a', settings, SECRET);
    expect(stored).toEqual(settings);
    expect({ paused, disabled }).toEqual({ paused: false, disabled: null });
    expect([createdAt, updatedAt]).toEqual([expect.stringMatching(/^\d{4}-.*\.\d{6}Z$/), createdAt]);
    expect(rules.schedule).toEqual([1, 2.5]);
    expect(await webhooks.get('org_a', id)).toEqual({ id, createdAt, updatedAt, rules, paused, disabled, health, ...stored });
  });

  it('change only what is given, null included', async () => {
    const created = await webhooks.create('org_a', aWebhook({ appId: 'app_1', retry: { schedule: [1] }, limits: { timeoutMs: 5_000 } }), SECRET);
    const { webhook: updated } = await webhooks.update('org_a', created.id, { name: 'other', appId: null, retry: null });
    expect(updated).toEqual({ ...created, name: 'other', appId: null, retry: null, rules: updated.rules, updatedAt: updated.updatedAt });
    expect(updated.rules.schedule).not.toEqual(created.rules.schedule);
    expect(updated.updatedAt > created.updatedAt).toBe(true);
  });

  it('have their secret sealed, and only the new one after a change', async () => {
    const { id } = await webhooks.create('org_a', aWebhook(), SECRET);
    expect(await secretsOf(id)).toEqual([SECRET]);
    await webhooks.update('org_a', id, { secret: NEW_SECRET });
    expect(await secretsOf(id)).toEqual([NEW_SECRET]);
    expect(JSON.stringify(await database.query('select * from matching.webhook_secret'))).not.toContain('MDEyMzQ1');
    await webhooks.remove('org_a', id);
    expect(await secretsOf(id)).toEqual([]);
  });

  it('keep earlier secrets for the overlap of a rotation, or less, and the newest five', async () => {
    const { id } = await webhooks.create('org_a', aWebhook(), SECRET);
    const rotate = (number: number, overlapSeconds: number) => webhooks.rotateSecret('org_a', id, () => secretNumber(number), overlapSeconds);
    for (let number = 1; number <= 6; number++) await rotate(number, 3_600);
    expect(await secretsOf(id)).toEqual([6, 5, 4, 3, 2].map(secretNumber));
    const { previousExpiresAt } = await rotate(7, 60);
    const rows = await database.query<{ at: Date | null }>('select expires_at as at from matching.webhook_secret where webhook_id = $1 order by created_at', [id]);
    expect(rows.map(({ at }) => at?.getTime())).toEqual([...[1, 2, 3, 4].map(() => Date.parse(previousExpiresAt)), undefined]);
    await rotate(8, 0);
    expect(await secretsOf(id)).toEqual([secretNumber(8)]);
    await webhooks.update('org_a', id, { secret: NEW_SECRET });
    expect(await secretsOf(id)).toEqual([NEW_SECRET]);
  });

  it('lose secrets that have expired when the next one comes', async () => {
    const { id } = await webhooks.create('org_a', aWebhook(), SECRET);
    await webhooks.rotateSecret('org_a', id, () => NEW_SECRET, 3_600);
    await database.query(`update matching.webhook_secret set expires_at = now() - interval '1 second' where webhook_id = $1 and expires_at is not null`, [id]);
    await webhooks.rotateSecret('org_a', id, () => secretNumber(1), 3_600);
    expect(await secretsOf(id)).toEqual([secretNumber(1), NEW_SECRET]);
  });

  it('of a chat target show and store their URL to nobody, and keep it through other changes', async () => {
    const url = 'https://hooks.slack.com/services/T000/B000/verysecret';
    const { id, ...shown } = await webhooks.create('org_a', aWebhook({ format: 'slack', dialect: null, url }), undefined);
    expect(shown.url).toBe('https://hooks.slack.com/…cret');
    expect(await secretsOf(id)).toEqual([]);
    await webhooks.update('org_a', id, { name: 'renamed' });
    expect(JSON.stringify([await webhooks.get('org_a', id), await database.query('select * from matching.webhook')])).not.toContain('verysecret');
    const [row] = await database.query<{ sealed: Buffer; key: string }>('select url_sealed as sealed, url_key_id as key from matching.webhook where id = $1', [id]);
    expect(box.open(row?.sealed ?? Buffer.alloc(0), row?.key ?? '', webhookUrlContext('org_a', id)).toString()).toBe(url);
  });

  it('are gone once removed', async () => {
    const { id } = await webhooks.create('org_a', aWebhook(), SECRET);
    await webhooks.remove('org_a', id);
    for (const call of callsFor('org_a', id)) await expect(call()).rejects.toMatchObject({ code: 'not_found' });
  });

  it('of another organization do not exist', async () => {
    const { id } = await webhooks.create('org_a', aWebhook(), SECRET);
    for (const call of callsFor('org_b', id)) await expect(call()).rejects.toMatchObject({ code: 'not_found' });
    expect(await webhooks.get('org_a', id)).toMatchObject({ name: 'CI' });
    expect(await secretsOf(id)).toEqual([SECRET]);
  });

  it('show every change to who asks for what is newer than what he knows, also one that took long to commit', async () => {
    const other = await webhooks.create('org_busy', aWebhook(), SECRET);
    const seen = new Set<string>();
    let version = '0';
    const look = async () => {
      for (const change of await webhooks.changesSince([{ organizationId: 'org_busy', version }], 1_000)) {
        seen.add(change.id);
        version = change.version;
      }
    };
    const waiting = async (count: number) => expect(await database.query('select 1 from pg_locks where not granted')).toHaveLength(count);
    const slow = await database.transaction(async (query) => {
      await query('lock table matching.webhook_secret in exclusive mode');
      const creating = webhooks.create('org_busy', aWebhook(), SECRET);
      await eventually(() => waiting(1));
      const updating = webhooks.update('org_busy', other.id, { name: 'quick' });
      await Promise.race([updating, eventually(() => waiting(2))]);
      await look();
      return { creating, updating };
    }).then(({ creating, updating }) => Promise.all([creating, updating]));
    await look();
    expect(seen).toEqual(new Set([slow[0].id, slow[1].webhook.id]));
  });
});

function callsFor(organizationId: string, id: string): (() => Promise<unknown>)[] {
  return [
    () => webhooks.get(organizationId, id),
    () => webhooks.update(organizationId, id, { name: 'mine now', secret: NEW_SECRET }),
    () => webhooks.rotateSecret(organizationId, id, () => NEW_SECRET, 0),
    () => webhooks.remove(organizationId, id),
  ];
}

async function secretsOf(webhookId: string): Promise<string[]> {
  const rows = await database.query<{ sealed: Buffer; key_id: string }>('select sealed, key_id from matching.webhook_secret where webhook_id = $1 order by created_at desc', [webhookId]);
  return rows.map(({ sealed, key_id: keyId }) => box.open(sealed, keyId, webhookSecretContext('org_a', webhookId)).toString());
}

function secretNumber(number: number): string {
  return `whsec_${Buffer.from(`the secret with number ${number}`).toString('base64')}`;
}

function aWebhook(change: Partial<ReturnType<typeof createWebhook.parse>> = {}) {
  const { secret: _, ...settings } = createWebhook.parse({ name: 'CI', url: 'https://example.com/hook', events: ['build.*'], ...change });
  return settings;
}
