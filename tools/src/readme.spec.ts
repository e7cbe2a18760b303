import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { deliveryList } from '@buildwire/contracts';
import { eventually, startReceiver } from '@buildwire/testing';
import type { Receiver } from '@buildwire/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Api } from './demo/api.js';
import { payloadOf } from './demo/endpoint.js';
import { startStandalone } from './demo/standalone-process.js';
import type { Standalone } from './demo/standalone-process.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const START_LIMIT_MS = 90_000;

const [setUp, createWebhook, publishOne, publishBatch, ask, resend, byGrpc, byNats] = blocksOf(between(README, '<!-- tour:', '<!-- /tour -->'));

describe('the tour in the README', () => {
  let standalone: Standalone;
  let receiver: Receiver;
  let api: Api;

  beforeAll(async () => {
    standalone = await startStandalone(AbortSignal.timeout(START_LIMIT_MS));
    receiver = await startReceiver();
    api = new Api(standalone.http, standalone.apiKey);
  }, START_LIMIT_MS + 10_000);

  afterAll(async () => {
    api?.close();
    await receiver?.close();
    await standalone?.stop();
  });

  it('delivers what it publishes with curl, shows it and sends it again', async () => {
    expect(await shell(createWebhook)).toContain('"secret":"whsec_');

    expect(await shell(publishOne)).toBe('{"id":"build-1842-finished"}');
    expect(await shell(publishBatch)).toMatch(/"id":"evt_.*"code":"unknown_event_type"/);
    const received = await receiver.waitFor(2);
    expect(received.map((request) => payloadOf(request).type).sort()).toEqual(['build.failed', 'build.finished']);

    await eventually(async () => expect((await api.get(deliveryList, '/v1/deliveries?status=succeeded')).data).toHaveLength(2));
    expect(await shell(ask)).toMatch(/"eventId":"build-1842-finished".*"status":"succeeded".*"eventType":"build.failed"/s);

    expect(await shell(resend)).toMatch(/"number":1.*"resendId":/s);
    const [, , again] = await receiver.waitFor(3);
    const first = received.find(({ headers }) => headers['webhook-id'] === again?.headers['webhook-id']);
    expect(again?.body).toEqual(first?.body);
  });

  it('publishes by gRPC and by NATS', async () => {
    expect(await node(byGrpc)).toContain('evt_');
    expect(await node(byNats)).toContain('evt_');
  });

  function shell(block = ''): Promise<string> {
    // What the server refuses fails the test, as a person would notice it.
    const script = ['set -euo pipefail', 'curl() { command curl --fail-with-body "$@"; }', setUp, block].join('\n');
    return run('bash', ['-c', script]);
  }

  function node(block = ''): Promise<string> {
    return run(process.execPath, ['--input-type=module', '-e', block]);
  }

  async function run(program: string, args: string[]): Promise<string> {
    const env = { ...process.env, BUILDWIRE_API_KEY: standalone.apiKey };
    const { stdout } = await promisify(execFile)(program, args.map(here), { cwd: ROOT, env, timeout: 30_000 });
    return stdout.trim();
  }

  /** The README names the default ports; the test has others. */
  function here(text: string): string {
    return text
      .replaceAll('http://127.0.0.1:8080', standalone.http)
      .replaceAll('http://127.0.0.1:9000', receiver.url)
      .replaceAll('127.0.0.1:50051', standalone.grpc)
      .replaceAll('nats://127.0.0.1:4222', standalone.nats);
  }
});

function blocksOf(markdown: string): string[] {
  return [...markdown.matchAll(/^```\w+\n([^]*?)^```$/gm)].map(([, code = '']) => code);
}

function between(text: string, begin: string, end: string): string {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`the README lacks ${begin} … ${end}`);
  return text.slice(from, to);
}
