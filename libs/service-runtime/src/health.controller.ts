import { Controller, Get, Header, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { collectDefaultMetrics, register } from 'prom-client';

/** Named checks of what a process needs to work; each rejects with the reason if it cannot. */
export type Checks = Record<string, () => Promise<void>>;
export const CHECKS = Symbol('checks');

/** Where the process is in its life: only one that is up takes work. */
export class Lifecycle {
  phase: 'starting' | 'up' | 'stopping' = 'starting';
}

/** Liveness, readiness and metrics. Liveness never looks at dependencies: their outage must not restart the fleet. */
@Controller()
export class HealthController {
  constructor(
    @Inject(CHECKS) private readonly checks: Checks,
    private readonly lifecycle: Lifecycle,
  ) {
    if (register.getSingleMetric('process_cpu_seconds_total') === undefined) collectDefaultMetrics();
  }

  @Get('healthz')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('readyz')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<{ status: 'ok' | 'unavailable'; checks: Record<string, string> }> {
    const results = await Promise.all(Object.entries(this.checks).map(async ([name, check]) => [name, await resultOf(check)] as const));
    const { phase } = this.lifecycle;
    const ready = phase === 'up' && results.every(([, result]) => result === 'ok');
    if (!ready) void reply.status(503);
    return { status: ready ? 'ok' : 'unavailable', checks: { process: phase === 'up' ? 'ok' : phase, ...Object.fromEntries(results) } };
  }

  @Get('metrics')
  @Header('content-type', register.contentType)
  metrics(): Promise<string> {
    return register.metrics();
  }
}

async function resultOf(check: () => Promise<void>): Promise<string> {
  try {
    await check();
    return 'ok';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
