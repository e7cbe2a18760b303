import 'reflect-metadata';
import { HOP_HEADER, ProblemError } from '@buildwire/contracts';
import { Module } from '@nestjs/common';
import type { DynamicModule, INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { CHECKS, HealthController, Lifecycle } from './health.controller.js';
import type { Checks } from './health.controller.js';
import { JsonLogger } from './logger.js';
import { ProblemFilter, problemFrom, sendProblem } from './problem.filter.js';
import { parseStrictJson } from './strict-json.js';

/** An event's id as it may stand in a path: 200 characters, each percent-encoded, and some more. */
const MAX_PARAM_LENGTH = 700;

export interface AppDefinition {
  name: string;
  config: { HTTP_HOST: string; HTTP_PORT: number; LOG_LEVEL: string };
  modules: DynamicModule[];
  /** The largest HTTP body, in bytes. */
  bodyLimit: number;
  checks: (app: INestApplication) => Checks;
}

/** The application of a process, not yet listening: HTTP with problem documents, strict JSON and the health routes. */
export async function createApp(definition: AppDefinition, lifecycle: Lifecycle): Promise<NestFastifyApplication> {
  const checks: Checks = {};
  const adapter = new FastifyAdapter({
    bodyLimit: definition.bodyLimit,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    // A URL that the router cannot read never comes to Nest and its filters.
    frameworkErrors: (error: FastifyError, _request: FastifyRequest, reply: FastifyReply) => sendProblem(reply, problemFrom(error)),
  });
  const root = { module: RuntimeModule, imports: definition.modules, controllers: [HealthController], providers: [{ provide: CHECKS, useValue: checks }, { provide: Lifecycle, useValue: lifecycle }] };
  const logger = new JsonLogger(definition.name, definition.config.LOG_LEVEL);
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, { logger, bodyParser: false, abortOnError: false });
  app.useGlobalFilters(new ProblemFilter());
  useStrictJson(app);
  refuseLoops(app);
  Object.assign(checks, definition.checks(app));
  return app;
}

@Module({})
class RuntimeModule {}

/** A webhook whose URL is ours would publish, or resend, for ever. */
function refuseLoops(app: NestFastifyApplication): void {
  app.getHttpAdapter().getInstance().addHook('onRequest', (request, reply, done) => {
    if (request.headers[HOP_HEADER] === undefined) return done();
    sendProblem(reply, problemFrom(new ProblemError('loop')));
  });
}

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
