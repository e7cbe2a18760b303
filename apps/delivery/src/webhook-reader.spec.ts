import { randomUUID } from 'node:crypto';
import { newId } from '@buildwire/contracts';
import type { RuleSettings } from '@buildwire/contracts';
import { Database, SecretBox, migrate, webhookSecretContext, webhookUrlContext } from '@buildwire/database';
import { startTestPostgres } from '@buildwire/testing';
import type { TestPostgres } from '@buildwire/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebhookReader } from './webhook-reader.js';
import { SECRET } from './spec-support/settings.js';

const ORGANIZATION = 'org_spec';
const URL_OF_HOOK = 'https://example.com/hook';
const secretBox = new SecretBox('a-key-for-specs-of-32-characters-or-more');

let server: TestPostgres;
let database: Database;
let reader: WebhookReader;

beforeAll(async () => {
  server = await startTestPostgres();
  const { url } = await server.createDatabase(migrate);
  database = new Database({ url, applicationName: 'spec', poolSize: 4 });
  await database.query('insert into matching.organization (id, name) values ($1, $1)', [ORGANIZATION]);
  reader = new WebhookReader(database, secretBox);
});
afterAll(async () => {
  await database.close();
  await server.stop();
});

describe('the webhook reader', () => {
  it('reads what sending needs, with the rules in force and the keys that have not expired, newest first', async () => {
    const id = await aStored({ dialect: 'expo', retry: { schedule: [1, 2] }, secrets: [SECRET, 'an expired secret!', 'the older secret'], expired: ['an expired secret!'] });
    const found = await reader.read(id);
    expect(found).toMatchObject({
      kind: 'found',
      webhook: {
        id,
        organizationId: ORGANIZATION,
        format: 'raw',
        dialect: 'expo',
        rules: { success: '200-399', schedule: [1, 2], schemes: ['expo-signature', 'standard-webhooks'] },
      },
    });
    expect(found.kind === 'found' && found.webhook.keys.map((key) => key.export().toString())).toEqual([SECRET, 'the older secret']);
  });

  it('reads its owner’s success rule, signing and limits', async () => {
    const id = await aStored({ dialect: 'appflow', success: '2xx', signing: { scheme: 'x-signature', standardWebhooks: false }, limits: { perSecond: 3 }, secrets: [SECRET] });
    expect(await reader.read(id)).toMatchObject({ webhook: { rules: { success: '2xx', schemes: ['x-signature'], pacing: { requests: 3, perMs: 1_000 } } } });
  });

  it('reads a chat webhook, which has neither dialect nor secret but a sealed URL', async () => {
    const id = await aStored({ format: 'slack', dialect: null, secrets: [] });
    expect(await reader.read(id)).toMatchObject({ kind: 'found', webhook: { url: URL_OF_HOOK, format: 'slack', dialect: null, keys: [], rules: { success: '200', schemes: ['none'] } } });
  });

  it('says why a webhook cannot be sent to when its secret is of the wrong kind', async () => {
    const id = await aStored({ signing: { scheme: 'standard-webhooks-ed25519' }, secrets: [SECRET] });
    const reason = 'the secret cannot sign as the webhook says: signing needs a private key: a secret that begins with whsk_';
    expect(await reader.read(id)).toEqual({ kind: 'unreadable', reason });
  });

  it('says so when the secret was sealed with another key, without harm to webhooks read together', async () => {
    const [lost, kept] = [await aStored({ secrets: [SECRET] }, new SecretBox('another-key-for-specs-of-32-characters')), await aStored({ secrets: [SECRET] })];
    expect(await Promise.all([reader.read(lost), reader.read(kept), reader.read(newId('whk'))])).toMatchObject([
      { kind: 'unreadable', reason: 'the secret cannot be read with this SECRETS_KEY' },
      { kind: 'found' },
      { kind: 'deleted' },
    ]);
  });

  it('gives back what is known, until the webhook or a secret of it changes, whoever changed it', async () => {
    const id = await aStored({ secrets: [SECRET, 'the older secret'] });
    const known = await reader.read(id);
    expect(await reader.read(id, known)).toBe(known);
    expect(await reader.read(await aStored({ secrets: [SECRET] }), known)).not.toBe(known);

    await database.query('update matching.webhook set url = $2 where id = $1', [id, 'https://example.com/other']);
    const changed = await reader.read(id, known);
    expect(changed).toMatchObject({ webhook: { url: 'https://example.com/other' } });
    await database.query('update matching.webhook_secret set expires_at = now() where webhook_id = $1 and created_at < now() - interval \'30 minutes\'', [id]);
    expect(await reader.read(id, changed)).toMatchObject({ webhook: { keys: [expect.anything()] } });
  });

  it('reads any number that is asked for at once, each as it is after the question', async () => {
    const ids = await Promise.all(Array.from({ length: 120 }, () => aStored({ secrets: [SECRET] })));
    const first = ids.map((id) => reader.read(id));
    await database.query('update matching.webhook set active = false where id = any($1)', [ids]);
    const second = await Promise.all(ids.map((id) => reader.read(id)));
    expect((await Promise.all(first)).map((found) => found.kind === 'found' && found.webhook.id)).toEqual(ids);
    expect(second.map((found) => found.kind === 'found' && found.webhook.active)).toEqual(ids.map(() => false));
  });
});

async function aStored(over: Partial<RuleSettings> & { secrets: string[]; expired?: string[] }, box = secretBox): Promise<string> {
  const { format = 'raw', dialect = 'buildwire', success = null, retry = null, signing = null, limits = null, secrets, expired = [] } = over;
  const id = newId('whk');
  const url = box.seal(Buffer.from(URL_OF_HOOK), webhookUrlContext(ORGANIZATION, id));
  await database.query(
    `insert into matching.webhook (organization_id, id, name, url, url_sealed, url_key_id, format, dialect, options, events, active, headers, success, retry, signing, limits)
     values ($1, $2, 'CI', $3, $4, $5, $6, $7, '{}', '{*}', true, '{}', $8, $9, $10, $11)`,
    [ORGANIZATION, id, ...(format === 'raw' ? [URL_OF_HOOK, null, null] : [null, url.sealed, url.keyId]), format, dialect, success, ...[retry, signing, limits].map((part) => (part === null ? null : JSON.stringify(part)))],
  );
  for (const [age, secret] of secrets.entries()) {
    const { sealed, keyId } = box.seal(Buffer.from(secret), webhookSecretContext(ORGANIZATION, id));
    await database.query(
      `insert into matching.webhook_secret (id, organization_id, webhook_id, sealed, key_id, created_at, expires_at)
       values ($1, $2, $3, $4, $5, now() - make_interval(hours => $6), $7)`,
      [randomUUID(), ORGANIZATION, id, sealed, keyId, age, expired.includes(secret) ? new Date(Date.now() - 1_000) : null],
    );
  }
  return id;
}
