import 'reflect-metadata';
import { Module } from '@nestjs/common';
import type { DynamicModule, INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { CHECKS, HealthController, Lifecycle } from './health.controller.js';
import type { Checks } from './health.controller.js';
import { JsonLogger } from './logger.js';
import { ProblemFilter } from './problem.filter.js';
import { parseStrictJson } from './strict-json.js';

/** A process is killed by Kubernetes or lost patience soon after; 20 s is what we promise. */
const DRAIN_LIMIT_MS = 19_000;

export interface ServiceDefinition {
  name: string;
  config: { HTTP_HOST: string; HTTP_PORT: number; LOG_LEVEL: string };
  modules: DynamicModule[];
  /** The largest HTTP body, in bytes. */
  bodyLimit: number;
  /** Transports besides HTTP. */
  transports?: (app: INestApplication) => MicroserviceOptions[];
  checks: (app: INestApplication) => Checks;
  /** Runs when all is up. */
  started?: (app: INestApplication, httpUrl: string) => Promise<void>;
  /** Runs after everything has been closed, also when starting failed. */
  stopped?: () => Promise<void>;
}

/** Starts a process and stops it on SIGINT and SIGTERM: no new work, finish what is in flight, close, exit 0. */
export async function runService(definition: ServiceDefinition): Promise<void> {
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
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`${definition.name} did not start: ${explain(error, definition)}\n`);
    await shutDown(lifecycle, app, definition);
  }
}

async function createApp(definition: ServiceDefinition, lifecycle: Lifecycle): Promise<NestFastifyApplication> {
  const checks: Checks = {};
  const adapter = new FastifyAdapter({ bodyLimit: definition.bodyLimit, forceCloseConnections: 'idle', routerOptions: { maxParamLength: 700 } });
  const root = { module: RuntimeModule, imports: definition.modules, controllers: [HealthController], providers: [{ provide: CHECKS, useValue: checks }, { provide: Lifecycle, useValue: lifecycle }] };
  const logger = new JsonLogger(definition.name, definition.config.LOG_LEVEL);
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, { logger, bodyParser: false, abortOnError: false });
  app.useGlobalFilters(new ProblemFilter());
  useStrictJson(app);
  Object.assign(checks, definition.checks(app));
  return app;
}

@Module({})
class RuntimeModule {}

function useStrictJson(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(/^application\/(?:[\w.+-]+\+)?json(?:;|$)/i, { parseAs: 'buffer' }, (_request, body: Buffer, done) => {
    try {
      done(null, body.length === 0 ? undefined : parseStrictJson(body));
    } catch (error) {
      done(error as Error);
    }
  });
}

let shuttingDown: Promise<void> | undefined;

function shutDown(lifecycle: Lifecycle, app: NestFastifyApplication | undefined, definition: ServiceDefinition): Promise<void> {
  shuttingDown ??= drain(lifecycle, app, definition);
  return shuttingDown;
}

async function drain(lifecycle: Lifecycle, app: NestFastifyApplication | undefined, { name, stopped }: ServiceDefinition): Promise<void> {
  lifecycle.stopping = true;
  const limit = setTimeout(() => {
    process.stderr.write(`${name} gave up waiting for work in flight; it will be done again\n`);
    process.exit();
  }, DRAIN_LIMIT_MS);
  try {
    await app?.close();
    await stopped?.();
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`${name} did not stop cleanly: ${String(error)}\n`);
  }
  clearTimeout(limit);
  process.exit();
}

function explain(error: unknown, { config }: ServiceDefinition): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'EADDRINUSE') return `${config.HTTP_HOST}:${config.HTTP_PORT} is in use; set HTTP_PORT to another port, or to 0 for any free one`;
  return error.stack ?? error.message;
}
