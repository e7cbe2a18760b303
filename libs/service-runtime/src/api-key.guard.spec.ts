import { UnavailableError } from '@buildwire/contracts';
import { Controller, Get, UseGuards } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiKeyGuard, ApiKeyLookup, Organization } from './api-key.guard.js';
import { startHttpApp } from './spec-support/http-app.js';
import type { HttpApp } from './spec-support/http-app.js';

class Lookup extends ApiKeyLookup {
  async organizationOf(key: string): Promise<string | undefined> {
    if (key === 'bw_away') throw new UnavailableError('database');
    return { bw_a: 'org_a', bw_b: 'org_b' }[key];
  }
}

@Controller('guarded')
@UseGuards(ApiKeyGuard)
class GuardedController {
  @Get()
  whose(@Organization() organizationId: string): { organizationId: string } {
    return { organizationId };
  }
}

@Controller('unguarded')
class UnguardedController {
  @Get()
  whose(@Organization() organizationId: string): { organizationId: string } {
    return { organizationId };
  }
}

let http: HttpApp;
beforeAll(async () => {
  http = await startHttpApp({ controllers: [GuardedController, UnguardedController], providers: [{ provide: ApiKeyLookup, useClass: Lookup }] });
});
afterAll(async () => http.app.close());

describe('the API key guard', () => {
  it.each([
    ['Bearer bw_a', 'org_a'],
    ['bearer bw_b', 'org_b'],
    ['Bearer   bw_a', 'org_a'],
  ])('knows whose key "%s" is', async (header, organizationId) => {
    expect(await get('/guarded', header)).toEqual({ status: 200, body: { organizationId } });
  });

  it.each([undefined, '', 'Bearer', 'Bearer ', 'Basic bw_a', 'bw_a', 'Bearer bw_a bw_b', `Bearer ${'x'.repeat(501)}`])('asks for a key at "%s"', async (header) => {
    expect(await get('/guarded', header)).toMatchObject({ status: 401, body: { code: 'unauthorized', detail: expect.stringContaining('Bearer bw_') } });
  });

  it('refuses a key that is not known, and never repeats it', async () => {
    const answer = await get('/guarded', 'Bearer bw_stranger');
    expect(answer).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
    expect(JSON.stringify(answer)).not.toContain('bw_stranger');
  });

  it('says 503, not 401, while it cannot tell', async () => {
    expect(await get('/guarded', 'Bearer bw_away')).toMatchObject({ status: 503, body: { code: 'database_unavailable' } });
  });

  it('is not forgotten unnoticed: a route without it fails', async () => {
    expect(await get('/unguarded', 'Bearer bw_a')).toMatchObject({ status: 500 });
  });
});

async function get(path: string, authorization?: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(http.url + path, { headers: authorization === undefined ? {} : { authorization } });
  return { status: response.status, body: await response.json() };
}
