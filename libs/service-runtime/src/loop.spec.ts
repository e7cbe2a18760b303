import { HOP_HEADER } from '@buildwire/contracts';
import { Controller, Post } from '@nestjs/common';
import { expect, it, onTestFinished } from 'vitest';
import { startHttpApp } from './spec-support/http-app.js';

let calls = 0;

@Controller()
class PublishController {
  @Post('/v1/events')
  publish() {
    calls += 1;
    return { id: 'event' };
  }
}

it('S18: a request that a webhook makes of our own API is refused before anything is done', async () => {
  const { app, url } = await startHttpApp({ controllers: [PublishController] });
  onTestFinished(() => app.close());
  const publish = (headers: Record<string, string>) => fetch(`${url}/v1/events`, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json', ...headers } });

  const refused = await publish({ [HOP_HEADER.toUpperCase()]: '1' });
  expect([refused.status, refused.headers.get('content-type')]).toEqual([508, expect.stringMatching(/^application\/problem\+json/)]);
  expect(await refused.json()).toMatchObject({ code: 'loop', status: 508 });
  expect(calls).toBe(0);

  expect((await publish({})).status).toBe(201);
  expect(calls).toBe(1);
});
