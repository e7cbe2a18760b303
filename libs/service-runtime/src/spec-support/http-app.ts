import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Provider, Type } from '@nestjs/common';
import { createApp } from '../create-app.js';
import { Lifecycle } from '../health.controller.js';
import type { Checks } from '../health.controller.js';

export const BODY_LIMIT = 64 * 1024;

@Module({})
class SpecModule {}

export interface HttpApp {
  app: NestFastifyApplication;
  url: string;
  lifecycle: Lifecycle;
}

/** A process of ours with nothing but the controllers given, listening on any free port. */
export async function startHttpApp(parts: { controllers?: Type[]; providers?: Provider[]; checks?: Checks }): Promise<HttpApp> {
  const { controllers = [], providers = [], checks = {} } = parts;
  const lifecycle = new Lifecycle();
  lifecycle.phase = 'up';
  const definition = {
    name: 'spec',
    config: { HTTP_HOST: '127.0.0.1', HTTP_PORT: 0, LOG_LEVEL: 'silent' },
    modules: [{ module: SpecModule, controllers, providers }],
    bodyLimit: BODY_LIMIT,
    checks: () => checks,
  };
  const app = await createApp(definition, lifecycle);
  await app.listen(0, '127.0.0.1');
  return { app, url: await app.getUrl(), lifecycle };
}
