import 'reflect-metadata';
import { ArtifactLinks, RENDER_SUBJECT, acceptedExample, exampleMessage, renderReply } from '@buildwire/contracts';
import type { Variant } from '@buildwire/contracts';
import { Broker, CoreNats, MessagingModule } from '@buildwire/messaging';
import { startTestNats } from '@buildwire/testing';
import type { TestNats } from '@buildwire/testing';
import { Module } from '@nestjs/common';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deliveriesOfMatch } from './deliveries-of-match.js';
import { RenderingModule } from './rendering.module.js';

const PUBLIC_URL = 'https://hooks.example';
const SECRETS_KEY = 'k'.repeat(32);
const raw = (dialect: Variant['dialect']): Variant => ({ format: 'raw', dialect, options: {} });

@Module({})
class SpecModule {}

let nats: TestNats;
let app: INestApplicationContext;
beforeAll(async () => {
  nats = await startTestNats();
  const imports = [
    MessagingModule.forServices({ url: nats.url, name: 'spec', services: [], replicas: 1, concurrency: 8 }),
    RenderingModule.register({ publicUrl: PUBLIC_URL, secretsKey: SECRETS_KEY }),
  ];
  app = await NestFactory.createApplicationContext({ module: SpecModule, imports }, { logger: false, abortOnError: false });
  await app.get(Broker).whenConnected(5_000);
  await app.get(Broker).nats.flush();
});
afterAll(async () => {
  await app.close();
  await nats.stop();
});

describe('who asks rendering', () => {
  it.each<[string, Variant]>([
    ['expo', raw('expo')],
    ['appflow, with its download link', raw('appflow')],
    ['binary CloudEvents, with its headers', { ...raw('cloudevents'), options: { cloudEventsMode: 'binary' } }],
    ['discord', { format: 'discord', dialect: null, options: { threadName: 'builds' } }],
  ])('gets what deliveries get: %s', async (_, variant) => {
    const event = acceptedExample('build.finished', { organizationId: 'org_spec', appId: null, dialect: variant.dialect }, Date.now());
    const match = { ...exampleMessage('delivery.matched'), organizationId: 'org_spec', event, variant };
    const links = new ArtifactLinks(PUBLIC_URL, SECRETS_KEY);
    const [delivery] = deliveriesOfMatch(match, { downloadUrl: (artifact) => links.urlOf(event, artifact) }).rendered;
    const { contentType, headers, body } = delivery ?? {};
    expect(body).toMatch(/./);
    if (variant.dialect === 'appflow') expect(body).toContain(`${PUBLIC_URL}/v1/artifacts/`);
    expect(await ask({ event, variant })).toEqual({ kind: 'rendered', contentType, headers, body });
  });

  it('is told why an event has no body', async () => {
    const event = acceptedExample('job.queued', { organizationId: 'org_spec', appId: null, dialect: 'expo' }, Date.now());
    expect(await ask({ event, variant: raw('expo') })).toEqual({ kind: 'skipped', reason: expect.stringMatching(/./) });
  });
});

async function ask(request: object) {
  return renderReply.parse(await app.get(CoreNats).request(RENDER_SUBJECT, request, { timeoutMs: 2_000 }));
}
