import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startHttpApp } from './spec-support/http-app.js';
import type { HttpApp } from './spec-support/http-app.js';

let outage: Error | undefined;
let http: HttpApp;
beforeEach(async () => {
  outage = undefined;
  const away = async () => {
    if (outage !== undefined) throw outage;
  };
  http = await startHttpApp({ checks: { nats: away, postgres: async () => undefined } });
});
afterEach(async () => http.app.close());

describe('the health routes', () => {
  it('are ready when every check passes', async () => {
    expect(await get('/readyz')).toEqual({ status: 200, body: { status: 'ok', checks: { process: 'ok', nats: 'ok', postgres: 'ok' } } });
  });

  it('are not ready while a dependency is away, and say why', async () => {
    outage = new Error('not connected');
    expect(await get('/readyz')).toEqual({ status: 503, body: { status: 'unavailable', checks: { process: 'ok', nats: 'not connected', postgres: 'ok' } } });
    outage = undefined;
    expect(await get('/readyz')).toMatchObject({ status: 200 });
  });

  it('are not ready before all is up', async () => {
    http.lifecycle.phase = 'starting';
    expect(await get('/readyz')).toMatchObject({ status: 503, body: { checks: { process: 'starting' } } });
  });

  it('are not ready once the process is being stopped', async () => {
    http.lifecycle.phase = 'stopping';
    expect(await get('/readyz')).toEqual({ status: 503, body: { status: 'unavailable', checks: { process: 'stopping', nats: 'ok', postgres: 'ok' } } });
  });

  it('are alive whatever is away', async () => {
    outage = new Error('not connected');
    http.lifecycle.phase = 'stopping';
    expect(await get('/healthz')).toEqual({ status: 200, body: { status: 'ok' } });
  });

  it('show metrics to Prometheus', async () => {
    const response = await fetch(`${http.url}/metrics`);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=/);
    expect(await response.text()).toMatch(/^process_cpu_seconds_total \d/m);
  });
});

async function get(path: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(http.url + path);
  return { status: response.status, body: await response.json() };
}
