import type { INestApplication } from '@nestjs/common';
import type { MicroserviceOptions } from '@nestjs/microservices';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp } from './create-app.js';
import type { AppDefinition } from './create-app.js';
import { keepHeapFrugal } from './frugal-heap.js';
import { Lifecycle } from './health.controller.js';
import { startFailureOf } from './start-failure.js';

/** A process is killed by Kubernetes or lost patience soon after; 20 s is what we promise. */
const DRAIN_LIMIT_MS = 18_000;
const LAST_WORDS_MS = 1_000;
/** Requests in hand are answered within 5 s; a client that holds its connection open longer loses it. */
const HTTP_LIMIT_MS = 6_000;

export interface ServiceDefinition extends AppDefinition {
  /** Transports besides HTTP. */
  transports?: (app: INestApplication) => MicroserviceOptions[];
  /** Runs when all is up. */
  started?: (app: INestApplication, httpUrl: string) => Promise<void>;
  /** Runs after everything has been closed, also when starting failed. */
  stopped?: (app: INestApplication | undefined) => Promise<void>;
}

/** Starts a process and stops it on SIGINT and SIGTERM: no new work, finish what is in flight, close, exit 0. */
export async function runService(definition: ServiceDefinition): Promise<void> {
  keepHeapFrugal();
  const lifecycle = new Lifecycle();
  let app: NestFastifyApplication | undefined;
  const stop = () => void shutDown(lifecycle, app, definition);
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    app = await createApp(definition, lifecycle);
    for (const transport of definition.transports?.(app) ?? []) app.connectMicroservice<MicroserviceOptions>(transport);
    await app.startAllMicroservices();
    await app.listen(definition.config.HTTP_PORT, definition.config.HTTP_HOST);
    await definition.started?.(app, await app.getUrl());
    if (lifecycle.phase === 'starting') lifecycle.phase = 'up';
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`${definition.name} did not start: ${startFailureOf(error, definition.config)}\n`);
    await shutDown(lifecycle, app, definition);
  }
}

let shuttingDown: Promise<void> | undefined;

function shutDown(lifecycle: Lifecycle, app: NestFastifyApplication | undefined, definition: ServiceDefinition): Promise<void> {
  shuttingDown ??= drain(lifecycle, app, definition);
  return shuttingDown;
}

async function drain(lifecycle: Lifecycle, app: NestFastifyApplication | undefined, { name, stopped }: ServiceDefinition): Promise<void> {
  lifecycle.phase = 'stopping';
  const limit = setTimeout(() => {
    process.stderr.write(`${name} gave up waiting for work in flight; it will be done again\n`);
    setTimeout(() => process.exit(), LAST_WORDS_MS);
    void stopped?.(app).finally(() => process.exit());
  }, DRAIN_LIMIT_MS);
  const impatient = setTimeout(() => app?.getHttpServer().closeAllConnections(), HTTP_LIMIT_MS);
  try {
    await app?.close();
    await stopped?.(app);
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`${name} did not stop cleanly: ${String(error)}\n`);
  }
  clearTimeout(impatient);
  clearTimeout(limit);
  process.exit();
}
