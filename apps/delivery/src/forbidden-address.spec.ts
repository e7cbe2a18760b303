import { newId } from '@buildwire/contracts';
import { Database, SecretBox, migrate, webhookSecretContext } from '@buildwire/database';
import { WebhookClient, parseAllowList } from '@buildwire/outbound-http';
import { startReceiver, startTestPostgres } from '@buildwire/testing';
import type { Receiver, TestPostgres } from '@buildwire/testing';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AttemptSender } from './attempt-sender.js';
import { judge } from './attempt-verdict.js';
import { aDelivery } from './spec-support/deliveries.js';
import { SECRET } from './spec-support/settings.js';
import { WebhookReader } from './webhook-reader.js';

const ORGANIZATION = 'org_spec';
const secretBox = new SecretBox('a-key-for-specs-of-32-characters-or-more');
const client = new WebhookClient({ allow: parseAllowList('none') });

let server: TestPostgres;
let database: Database;
let canary: Receiver;
let webhookId: string;

beforeAll(async () => {
  server = await startTestPostgres();
  const { url } = await server.createDatabase(migrate);
  database = new Database({ url, applicationName: 'spec', poolSize: 2 });
  canary = await startReceiver(() => ({ status: 200 }));
  await database.query('insert into matching.organization (id, name) values ($1, $1)', [ORGANIZATION]);
});
beforeEach(async () => {
  webhookId = newId('whk');
  const { sealed, keyId } = secretBox.seal(Buffer.from(SECRET), webhookSecretContext(ORGANIZATION, webhookId));
  await database.query(
    `insert into matching.webhook (organization_id, id, name, url, format, dialect, options, events, active, headers)
     values ($1, $2, 'CI', 'https://example.com/hook', 'raw', 'buildwire', '{}', '{*}', true, '{}')`,
    [ORGANIZATION, webhookId],
  );
  await database.query('insert into matching.webhook_secret (id, organization_id, webhook_id, sealed, key_id) values ($1, $2, $3, $4, $5)', [randomUUID(), ORGANIZATION, webhookId, sealed, keyId]);
});
afterAll(async () => {
  await client.close();
  await canary.close();
  await database.close();
  await server.stop();
});

describe('a URL that was changed straight in the database', () => {
  it.each([
    'http://169.254.169.254/latest/meta-data/', 'http://[fd00:ec2::254]/', 'http://metadata.google.internal/', 'http://10.0.0.1/', 'http://kubernetes.default.svc/',
    'http://127.0.0.1:CANARY/', 'http://localhost:CANARY/', 'http://[::ffff:127.0.0.1]:CANARY/', 'http://2130706433:CANARY/', 'http://0x7f.1:CANARY/',
  ])('S1, S3, S20: is not called when it is %s, and the attempt says so', async (text) => {
    const { result } = await attemptAt(text.replace('CANARY', new URL(canary.url).port));
    expect(result).toMatchObject({ kind: 'failed', failure: 'blocked_address' });
    expect(canary.requests).toEqual([]);
  });

  it.each(['ftp://example.com/', 'http://user:password@example.com/', 'not a URL', `https://example.com/${'a'.repeat(4_000)}`])('S10, S11, S15: ends the delivery when it is %s', async (text) => {
    const { result, judgement } = await attemptAt(text);
    expect(result).toMatchObject({ kind: 'failed', failure: 'invalid_request' });
    expect(judgement).toMatchObject({ outcome: 'invalid_request', verdict: 'exhausted' });
  });
});

async function attemptAt(url: string) {
  await database.query('update matching.webhook set url = $2 where id = $1', [webhookId, url]);
  const found = await new WebhookReader(database, secretBox).read(webhookId);
  if (found.kind !== 'found') throw new Error(found.kind);
  const delivery = aDelivery({ webhookId, organizationId: ORGANIZATION });
  const { result } = await new AttemptSender(client).send(delivery, found.webhook);
  return { result, judgement: judge(delivery, result, found.webhook, { timeMs: 0, random: () => 0.5 }) };
}
