import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { eventually, freePort, startReceiver, startTestNats, startTestPostgres, temporaryFolder } from '@buildwire/testing';
import type { Receiver, TemporaryFolder } from '@buildwire/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Api } from './support/api.js';
import { aBuild } from './support/events.js';
import { Service } from './support/service.js';
import type { Environment } from './support/service.js';

/** How long JetStream waits before it gives a killed process's messages to the next one. */
const ACK_WAIT_MS = 30_000;

interface Ready {
  http: string;
  grpc: string;
  nats: string;
  organizationId: string;
}

let folder: TemporaryFolder;
let ports: Environment;
let service: Service;
let firstKey = '';

beforeAll(async () => {
  folder = await temporaryFolder('standalone');
  const names = ['HTTP_PORT', 'GRPC_PORT', 'NATS_PORT', 'POSTGRES_PORT'];
  ports = Object.fromEntries(await Promise.all(names.map(async (name) => [name, String(await freePort())] as const)));
});
afterEach(async () => void (await service?.stop()));
afterAll(async () => folder?.remove());

describe('npm start', () => {
  it('brings everything up with one key, and its curl line delivers when pasted', async () => {
    const receiver = await startReceiver(undefined, { port: 9_000 });
    try {
      const ready = await start();
      expect(ready).toMatchObject({ http: `http://127.0.0.1:${ports['HTTP_PORT']}`, grpc: `127.0.0.1:${ports['GRPC_PORT']}`, organizationId: 'org_default' });
      firstKey = /API key +(bw_\S+)/.exec(service.stdout)?.[1] ?? '';
      const line = /^ +(curl .*)$/m.exec(service.stdout)?.[1] ?? '';
      const { stdout } = await promisify(execFile)('bash', ['-c', line]);
      expect(stdout).toContain('evt_');
      const request = await receiver.waitFor(() => true);
      expect(JSON.parse(request.body.toString())).toMatchObject({ type: 'build.finished', data: { app: { name: 'MyGame' } } });
    } finally {
      await receiver.close();
    }
  });

  it('shows its API to people and to tools', async () => {
    const { http } = await start();
    const document = (await (await fetch(`${http}/openapi.json`)).json()) as { openapi: string; paths: Record<string, unknown> };
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toEqual(expect.arrayContaining(['/v1/events', '/v1/webhooks/{id}', '/v1/deliveries/{id}/resend']));
    const page = await fetch(`${http}/docs`);
    expect(await page.text()).toContain('/docs/swagger-ui-bundle.js');
    const script = await fetch(`${http}/docs/swagger-ui-bundle.js`);
    expect([script.status, (await script.text()).includes('SwaggerUIBundle')]).toEqual([200, true]);
  });

  it('keeps its data and its key between runs, and shows no key again', async () => {
    await start();
    expect(service.stdout).not.toContain(firstKey);
    const webhooks = await api(firstKey).list<{ name: string }>('/v1/webhooks');
    expect(webhooks.map(({ name }) => name)).toEqual(['first']);
    expect(await service.stop()).toBe(0);
  });

  it('starts after a kill -9 of an earlier run that left its NATS and Postgres behind', async () => {
    await start();
    const id = await api(firstKey).publish(aBuild());
    await service.kill();
    await start();
    await eventually(async () => expect((await api(firstKey).call('GET', `/v1/events/${id}`)).status).toBe(200), { timeoutMs: ACK_WAIT_MS + 10_000 });
  });

  it('starts its NATS and its Postgres again when they die', async () => {
    const { http } = await start();
    for (const pidFile of ['nats.pid', 'postgres/postmaster.pid']) process.kill(Number((await readFile(`${folder.path}/${pidFile}`, 'utf8')).split('\n')[0]), 'SIGKILL');
    await eventually(async () => expect((await fetch(`${http}/readyz`)).status).not.toBe(200));
    await eventually(() => api(firstKey).publish(aBuild({ id: 'after-the-deaths' })), { timeoutMs: 20_000 });
    await eventually(async () => expect((await api(firstKey).call('GET', '/v1/events/after-the-deaths')).status).toBe(200), { timeoutMs: 20_000 });
  });

  it.each(['HTTP_PORT', 'GRPC_PORT', 'NATS_PORT', 'POSTGRES_PORT'])('names a busy port with its variable: %s', async (variable) => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => squatter.once('listening', resolve));
    const { port } = squatter.address() as { port: number };
    service = serviceWith({ [variable]: String(port) });
    service.start();
    await eventually(() => expect(service.stderr).toContain(`port ${port} is in use; set ${variable} to another port, or to 0 for any free one`));
    await new Promise((resolve) => squatter.close(resolve));
    await service.stop();
  });

  it('uses the NATS and the Postgres that it is given, and starts none', async () => {
    const [nats, postgres, empty] = await Promise.all([startTestNats(), startTestPostgres(), temporaryFolder('external')]);
    const { url } = await postgres.createDatabase();
    const ready = await start({ DATA_DIR: empty.path, NATS_URL: nats.url, DATABASE_URL: url, BOOTSTRAP_API_KEY: 'bw_external' });
    expect(ready.nats).toBe(nats.url);
    expect(await readdir(empty.path)).toEqual(['secrets.key']);
    const id = await api('bw_external').publish(aBuild());
    await eventually(async () => expect((await api('bw_external').call('GET', `/v1/events/${id}`)).status).toBe(200));
    expect(await service.stop()).toBe(0);
    await Promise.all([nats.stop(), postgres.stop(), empty.remove()]);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('finishes the attempt in flight on %s, then exits 0 within 20 seconds', async (signal) => {
    let answer: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (answer = resolve));
    const receiver: Receiver = await startReceiver(async () => {
      await held;
      return { status: 200 };
    });
    const client = await startAndApi();
    const webhook = await client.createWebhook({ url: receiver.url, appId: signal });
    await client.publish(aBuild({ app: signal }));
    await receiver.waitFor(1);

    const begun = performance.now();
    const exited = service.stop(signal);
    await eventually(async () => expect(await fetch(`${service.url}/readyz`).then(({ status }) => status, () => 'closed')).not.toBe(200));
    answer();
    expect(await exited).toBe(0);
    expect(performance.now() - begun).toBeLessThan(20_000);

    const again = await startAndApi();
    await again.deliveryIn('succeeded', webhook.id);
    expect(receiver.requests).toHaveLength(1);
    await receiver.close();
  });
});

async function startAndApi(): Promise<Api> {
  await start();
  return api(firstKey);
}

async function start(environment: Environment = {}): Promise<Ready> {
  service = serviceWith(environment);
  service.start();
  const line = await eventually(() => {
    const found = /^ready (\{.*\})$/m.exec(service.stdout)?.[1];
    if (found === undefined) throw new Error(`not ready: ${service.stdout}${service.stderr}`);
    return found;
  }, { timeoutMs: 20_000 });
  return JSON.parse(line) as Ready;
}

function serviceWith(environment: Environment): Service {
  return new Service('standalone', { DATA_DIR: folder.path, ...ports, ...environment }, `http://127.0.0.1:${ports['HTTP_PORT']}`);
}

function api(key: string): Api {
  return new Api({ ingestion: service, matching: service, delivery: service, 'delivery-log': service }, key);
}
