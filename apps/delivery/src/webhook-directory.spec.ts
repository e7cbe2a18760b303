import { newId } from '@buildwire/contracts';
import { SecretBox } from '@buildwire/database';
import { CoreNats } from '@buildwire/messaging';
import { eventually } from '@buildwire/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ORGANIZATION, startDelivery } from './spec-support/start-delivery.js';
import type { DeliveryStack } from './spec-support/start-delivery.js';
import { WebhookDirectory } from './webhook-directory.js';
import { WebhookReader } from './webhook-reader.js';
import { WebhookWatch } from './webhook-watch.js';

const URL = 'https://example.com/hook';
const OTHER = 'https://example.com/other';

class CountingReader extends WebhookReader {
  reads = 0;

  override read(...of: Parameters<WebhookReader['read']>): ReturnType<WebhookReader['read']> {
    this.reads += 1;
    return super.read(...of);
  }
}

class ForgetfulDirectory extends WebhookDirectory {
  protected override readonly maxAgeMs = 100;
}

let stack: DeliveryStack;
let database: DeliveryStack['database'];
const watches: WebhookWatch[] = [];

beforeAll(async () => {
  stack = await startDelivery();
  ({ database } = stack);
});
afterAll(async () => {
  for (const watch of watches) watch.onModuleDestroy();
  await stack.stop();
});

describe('the directory of webhooks', () => {
  it('answers at once for a webhook that it knows, and reads none again while nothing changes', async () => {
    const { directory, reader } = aDirectory();
    const ids = await Promise.all(Array.from({ length: 30 }, () => stack.aWebhook(URL)));
    for (const id of ids) await directory.find(ORGANIZATION, id);
    await watched(directory, ids);
    const readBefore = reader.reads;
    const fromMs = performance.now();
    await eventually(() => {
      for (const id of ids) expect(directory.find(ORGANIZATION, id)).toMatchObject({ kind: 'found', webhook: { id, url: URL } });
      expect(performance.now() - fromMs).toBeGreaterThan(2_500);
    });
    expect(reader.reads).toBe(readBefore);
  });

  it('finds what was changed straight in the tables, of a webhook and of its secrets', async () => {
    const { directory } = aDirectory();
    const id = await stack.aWebhook(URL);
    await watched(directory, [id]);
    await database.query('update matching.webhook set url = $2 where id = $1', [id, OTHER]);
    await eventually(async () => expect(await directory.find(ORGANIZATION, id)).toMatchObject({ webhook: { url: OTHER } }));

    await database.query("update matching.webhook_secret set expires_at = now() + interval '2 seconds' where webhook_id = $1", [id]);
    await eventually(async () => expect(await directory.find(ORGANIZATION, id)).toMatchObject({ goodUntilMs: expect.not.toSatisfy((ms: number) => ms === Infinity) as number }));
    expect(await directory.find(ORGANIZATION, id)).toMatchObject({ webhook: { keys: [expect.anything()] } });
    await eventually(async () => expect(await directory.find(ORGANIZATION, id)).toMatchObject({ kind: 'unreadable' }));
  });

  it('finds what a transaction changed that was open while it looked', async () => {
    const { directory, watch } = aDirectory();
    const id = await stack.aWebhook(URL);
    await watched(directory, [id]);
    await database.transaction(async (query) => {
      await query('update matching.webhook set url = $2 where id = $1', [id, OTHER]);
      for (let count = 0; count < 3; count++) await stack.aWebhook(URL).then(() => watch.look());
      expect(await directory.find(ORGANIZATION, id)).toMatchObject({ webhook: { url: URL } });
    });
    await watch.look();
    expect(await directory.find(ORGANIZATION, id)).toMatchObject({ webhook: { url: OTHER } });
  });

  it('finds a change among more than a look tells', async () => {
    // Their ids come before its own, should these be sorted.
    const others = Array.from({ length: 10_000 }, () => newId('whk'));
    const { directory, watch } = aDirectory();
    const id = await stack.aWebhook(URL);
    await watched(directory, [id]);
    await database.transaction(async (query) => {
      await query(
        `insert into matching.webhook (organization_id, id, name, url, format, dialect, options, events, active, headers)
         select $1, id, 'CI', $2, 'raw', 'buildwire', '{}', '{*}', true, '{}' from unnest($3::text[]) id`,
        [ORGANIZATION, URL, others],
      );
      await query('update matching.webhook set url = $2 where id = $1', [id, OTHER]);
    });
    await watch.look();
    await eventually(async () => expect(await directory.find(ORGANIZATION, id)).toMatchObject({ webhook: { url: OTHER } }));
  });

  it('reads a webhook again after a while, and so finds that its row is gone', async () => {
    const { directory } = aDirectory(ForgetfulDirectory);
    const id = await stack.aWebhook(URL);
    await watched(directory, [id]);
    await database.query('delete from matching.webhook where id = $1', [id]);
    await eventually(async () => expect(await directory.find(ORGANIZATION, id)).toEqual({ kind: 'deleted' }));
  });

  it('takes numbers above those of this cluster, which come with a backup, for no change', async () => {
    const { directory, watch, reader } = aDirectory();
    const id = await stack.aWebhook(URL);
    await database.query('alter table matching.webhook disable trigger note_change');
    await database.query("update matching.webhook set changed_in = 9e18::bigint where id = $1", [id]);
    await database.query('alter table matching.webhook enable trigger note_change');
    await watched(directory, [id]);
    const readBefore = reader.reads;
    await watch.look();
    await directory.find(ORGANIZATION, id);
    expect(reader.reads).toBe(readBefore);
  });
});

function aDirectory(Directory = WebhookDirectory) {
  const watch = new WebhookWatch(database);
  watches.push(watch);
  const reader = new CountingReader(database, stack.app.get(SecretBox));
  const directory = new Directory(reader, watch, stack.app.get(CoreNats));
  directory.onModuleInit();
  return { watch, reader, directory };
}

/** Resolves when these are known since a look before: from then on looks tell their changes. */
async function watched(directory: WebhookDirectory, ids: readonly string[]): Promise<void> {
  const watch = watches.at(-1);
  await watch?.look();
  const readFromMs = performance.now();
  await eventually(async () => {
    for (const id of ids) await directory.find(ORGANIZATION, id);
    expect(watch?.canTell(readFromMs) === true && performance.now() - readFromMs > 1_500).toBe(true);
  });
}
