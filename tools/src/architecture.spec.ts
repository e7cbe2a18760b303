import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ESLint } from 'eslint';
import { beforeAll, describe, expect, it } from 'vitest';

/*
 * Tries the lint of this repository: text that breaks the architecture is linted in the place of a real file, and must be
 * refused for the right reason. What lint lets through is architecture too, so that is tried as well.
 */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const eslint = new ESLint({ cwd: ROOT, overrideConfigFile: `${ROOT}eslint.config.mjs` });

beforeAll(async () => {
  // Without Nx's graph of the projects, its boundaries rule passes everything.
  await promisify(execFile)('npx', ['nx', 'show', 'projects'], { cwd: ROOT });
});

const files = {
  ingestion: 'apps/ingestion/src/ingestion.module.ts',
  matching: 'apps/matching/src/matching.module.ts',
  rendering: 'apps/rendering/src/rendering.module.ts',
  delivery: 'apps/delivery/src/delivery.module.ts',
  deliveryLog: 'apps/delivery-log/src/delivery-log.module.ts',
  standalone: 'apps/standalone/src/main.ts',
  contracts: 'libs/contracts/src/index.ts',
  formats: 'libs/formats/src/index.ts',
  signing: 'libs/signing/src/index.ts',
  resilience: 'libs/resilience/src/index.ts',
  messaging: 'libs/messaging/src/index.ts',
  database: 'libs/database/src/index.ts',
  outboundHttp: 'libs/outbound-http/src/index.ts',
  serviceRuntime: 'libs/service-runtime/src/index.ts',
  serviceHost: 'libs/service-host/src/index.ts',
  testing: 'libs/testing/src/index.ts',
  migration: 'libs/database/src/migrations/202611210600-create-matching.ts',
  loadConfig: 'libs/service-runtime/src/load-config.ts',
  spec: 'apps/ingestion/src/complete-event.spec.ts',
} as const;
type File = keyof typeof files;

describe('lint refuses an import', () => {
  it.each<[File, string, RegExp]>([
    ['rendering', '@buildwire/matching/matching.module', /type:app/],
    ['ingestion', '@buildwire/delivery/delivery.module', /type:app/],
    ['ingestion', '@buildwire/standalone/config', /type:app|Circular/],
    ['rendering', '@buildwire/signing', /stage:rendering/],
    ['rendering', '@buildwire/outbound-http', /stage:rendering/],
    ['matching', '@buildwire/resilience', /stage:matching/],
    ['matching', '@buildwire/formats', /stage:matching/],
    ['delivery', '@buildwire/formats', /stage:delivery/],
    ['ingestion', '@buildwire/resilience', /stage:ingestion/],
    ['delivery', '@buildwire/embedded', /type:app/],
    ['delivery', '@buildwire/testing', /type:app/],
    ['formats', '@buildwire/messaging', /type:domain/],
    ['signing', '@buildwire/database', /type:domain/],
    ['formats', '@buildwire/signing', /type:domain/],
    ['messaging', '@buildwire/database', /type:adapter/],
    ['outboundHttp', '@buildwire/service-runtime', /type:adapter/],
    ['serviceHost', '@buildwire/ingestion/ingestion.module', /type:host|Circular/],
    ['contracts', '@buildwire/messaging', /type:contract|Circular/],
    ['testing', '@buildwire/database', /type:testing|Circular/],
    ['spec', '@buildwire/matching/matching.module', /type:app/],
    ['formats', '@nestjs/common', /@nestjs\/common/],
    ['signing', 'typeorm', /type:domain.*typeorm/],
    ['contracts', '@nestjs/common', /@nestjs\/common/],
    ['delivery', '../../../libs/contracts/src/ids.js', /relative or absolute path/],
    ['delivery', 'undici', /Only libs\/outbound-http/],
    ['delivery', 'node:https', /Only libs\/outbound-http/],
    ['serviceRuntime', 'http', /Only libs\/outbound-http/],
    ['matching', '@nats-io/transport-node', /Only libs\/messaging/],
    ['database', '@nats-io/jetstream', /Only libs\/messaging/],
    ['delivery', 'opossum', /Only libs\/resilience/],
    ['deliveryLog', 'typeorm', /Only libs\/database/],
    ['matching', 'pg', /Only libs\/database/],
    ['ingestion', 'jsonc-parser', /Only libs\/service-runtime/],
  ])('of %s → %s', async (file, imported, reason) => {
    expect(await faultsOf(file, `export * from '${imported}';`)).toContainEqual(expect.stringMatching(reason));
  });

  it.each<[string, RegExp]>([
    ["export const load = () => import('undici');", /statically/],
    ["export const load = () => import('@nats-io/jetstream');", /statically/],
    ["export const load = () => import('node:http');", /statically/],
    ["export const load = () => import('@buildwire/matching/matching.module');", /type:app/],
    ['export const load = (name: string) => import(name);', /fixed name/],
  ])('that is hidden in an expression: %s', async (code, reason) => {
    expect(await faultsOf('delivery', code)).toContainEqual(expect.stringMatching(reason));
  });
});

describe('lint lets an import pass', () => {
  it.each<[File, string]>([
    ['ingestion', '@buildwire/contracts'],
    ['ingestion', '@buildwire/messaging'],
    ['ingestion', '@buildwire/service-host'],
    ['matching', '@buildwire/database'],
    ['rendering', '@buildwire/formats'],
    ['delivery', '@buildwire/signing'],
    ['delivery', '@buildwire/outbound-http'],
    ['matching', '@buildwire/outbound-http'],
    ['delivery', '@buildwire/resilience'],
    ['delivery', '@nestjs/common'],
    ['standalone', '@buildwire/matching/matching.module'],
    ['standalone', '@buildwire/embedded'],
    ['serviceHost', '@buildwire/database'],
    ['formats', '@buildwire/contracts'],
    ['contracts', 'zod'],
    ['messaging', '@nats-io/transport-node'],
    ['outboundHttp', 'undici'],
    ['resilience', 'opossum'],
    ['database', 'typeorm'],
    ['serviceRuntime', 'pino'],
    ['spec', '@buildwire/testing'],
    ['spec', '@nats-io/transport-node'],
    ['delivery', './http/answer.js'],
  ])('of %s → %s', async (file, imported) => {
    expect(await faultsOf(file, `export * from '${imported}';`)).toEqual([]);
  });
});

describe('lint refuses', () => {
  it.each<[string, File, string, RegExp]>([
    ['a subject', 'delivery', "export const subject = 'buildwire.event.accepted.org_1';", /Subjects are written once/],
    ['a subject that is put together', 'matching', 'export const subject = (id: string) => `buildwire.webhook.changed.${id}`;', /Subjects are written once/],
    ['the environment', 'matching', "export const url = process.env['DATABASE_URL'];", /Configuration is read once/],
    ['the environment by another name', 'matching', "export const { env } = process;", /Configuration is read once/],
    ['the environment by index', 'matching', "export const url = process['env'];", /Configuration is read once/],
    ['the environment by way of globalThis', 'matching', 'export const url = globalThis.process.env;', /Configuration is read once/],
    ['the environment as an import', 'matching', "export { env } from 'node:process';", /Configuration is read once/],
    ['the environment, beside loadConfig', 'serviceRuntime', 'export const all = process.env;', /Configuration is read once/],
    ['fetch', 'matching', "export const got = fetch('http://127.0.0.1');", /never with fetch/],
    ['fetch where customers are called', 'outboundHttp', "export const got = fetch('http://127.0.0.1');", /never with fetch/],
    ['fetch by way of globalThis', 'matching', 'export const get = globalThis.fetch;', /never with fetch/],
    ['a default export', 'delivery', 'export default 1;', /Export by name/],
    ['a promise that nobody waits for', 'delivery', 'const work = async () => 1;\nwork();', /Promises must be awaited/],
    ['an exclamation mark', 'delivery', 'export const first = (list: string[]) => list[0]!;', /non-null assertion/],
    ['any', 'delivery', 'export const given = (value: any) => value as string;', /Unexpected any/],
  ])('%s in %s', async (_what, file, code, reason) => {
    expect(await faultsOf(file, code)).toContainEqual(expect.stringMatching(reason));
  });

  it.each<[File, string, string]>([
    ['delivery', 'insert into matching.event (id) values ($1)', 'matching'],
    ['deliveryLog', 'UPDATE matching.webhook SET active = false', 'matching'],
    ['database', 'delete from matching.api_key', 'matching'],
    ['ingestion', 'with gone as (delete  from\n only matching.event returning *) select 1', 'matching'],
    ['matching', 'insert into delivery.due (delivery_id) values ($1)', 'delivery'],
    ['deliveryLog', 'update "delivery"."due" set state = 1', 'delivery'],
    ['delivery', 'INSERT INTO delivery_log.attempt (id) VALUES ($1)', 'delivery-log'],
    ['matching', 'truncate table delivery_log.attempt', 'delivery-log'],
    ['standalone', 'insert into matching.organization (id) values ($1)', 'matching'],
  ])('a write that is not %s’s: %s', async (file, sql, owner) => {
    const reason = expect.stringMatching(new RegExp(`Only apps/${owner} writes`));
    expect(await faultsOf(file, `export const sql = ${JSON.stringify(sql)};`)).toContainEqual(reason);
    expect(await faultsOf(file, `export const sql = (limit: number) => \`${sql} -- \${limit}\`;`)).toContainEqual(reason);
  });
});

describe('lint lets pass', () => {
  it.each<[File, string]>([
    ['contracts', "export const subject = 'buildwire.event.accepted';"],
    ['delivery', "export const scope = '@buildwire/delivery';"],
    ['loadConfig', 'export const environment = process.env;'],
    ['spec', "export const got = () => fetch('http://127.0.0.1/buildwire.x');"],
    ['matching', "export const sql = 'insert into matching.event (id) values ($1)';"],
    ['delivery', "export const sql = 'UPDATE delivery.due SET state = 1';"],
    ['deliveryLog', "export const sql = 'insert into delivery_log.attempt (id) values ($1)';"],
    ['deliveryLog', "export const sql = 'select 1 from matching.event e join delivery.due d on true for update';"],
    ['database', "export const sql = 'select 1 from matching.api_key';"],
    ['migration', "export const sql = 'update delivery_log.attempt set id = 1; delete from matching.event';"],
  ])('in %s: %s', async (file, code) => {
    expect(await faultsOf(file, code)).toEqual([]);
  });
});

async function faultsOf(file: File, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(`${code}\n`, { filePath: `${ROOT}${files[file]}` });
  return result?.messages.map(({ message }) => message) ?? ['was not linted'];
}
