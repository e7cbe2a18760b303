import { request } from 'node:http';
import { ProblemError, UnavailableError, problem } from '@buildwire/contracts';
import { Body, Controller, ForbiddenException, Get, Post } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BODY_LIMIT, startHttpApp } from './spec-support/http-app.js';
import type { HttpApp } from './spec-support/http-app.js';

const SECRET = 'password of the database';
let failure: unknown;

@Controller('spec')
class SpecController {
  @Post('echo')
  echo(@Body() body: unknown): { body: unknown } {
    return { body };
  }

  @Get('things/:id')
  thing(): object {
    return {};
  }

  @Get('failure')
  fail(): never {
    throw failure;
  }
}

let http: HttpApp;
beforeAll(async () => {
  http = await startHttpApp({ controllers: [SpecController] });
});
afterAll(async () => http.app.close());

describe('an HTTP answer to an error', () => {
  it('is a problem document of the error that was thrown', async () => {
    failure = new ProblemError('invalid_request', 'one thing is wrong', [{ pointer: '/a~1b', detail: 'is missing' }]);
    const answer = await get('/spec/failure');
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.document).toEqual({
      type: 'https://buildwire.dev/problems/invalid_request',
      title: 'The request is not valid',
      status: 400,
      code: 'invalid_request',
      detail: 'one thing is wrong',
      errors: [{ pointer: '/a~1b', detail: 'is missing' }],
    });
  });

  it.each([
    ['broker', 'broker_unavailable'],
    ['database', 'database_unavailable'],
  ] as const)('asks to try again when the %s is away', async (dependency, code) => {
    failure = new UnavailableError(dependency);
    const answer = await get('/spec/failure');
    expect(answer).toMatchObject({ status: 503, document: { code, status: 503 } });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('asks for a key when there is none', async () => {
    failure = new ProblemError('unauthorized');
    const answer = await get('/spec/failure');
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  it.each([
    ['an error', () => new TypeError(SECRET)],
    ['an error with a status', () => Object.assign(new Error(SECRET), { statusCode: 500 })],
    ['a text', () => SECRET],
    ['nothing', () => undefined],
    ['an exception of Nest', () => new ForbiddenException(SECRET)],
  ])('tells nothing of what nobody expected: %s', async (_what, make) => {
    failure = make();
    const answer = await get('/spec/failure');
    expect(answer).toMatchObject({ status: 500, document: { code: 'internal', title: 'Something broke on our side' } });
    expect(answer.text).not.toContain(SECRET);
    expect(answer.text).not.toMatch(/at .*\.[jt]s/);
  });

  it.each(['/nowhere', '/spec/nowhere', '/spec/echo', '/'])('is 404 at %s, where GET has no route', async (path) => {
    expect(await get(path)).toMatchObject({ status: 404, document: { code: 'not_found', detail: 'no such route' } });
  });

  it('is 400 for a path that cannot be decoded', async () => {
    expect(await get('/spec/things/%E0%A4%A')).toMatchObject({ status: 400, document: { code: 'invalid_request', detail: 'the path cannot be decoded' } });
  });

  it('is 404 for an id longer than any', async () => {
    expect(await get(`/spec/things/${'x'.repeat(701)}`)).toMatchObject({ status: 404, document: { code: 'not_found' } });
  });

  it('to an error that only looks like one of Fastify tells nothing either', async () => {
    failure = Object.assign(new Error(SECRET), { statusCode: 400 });
    expect(await get('/spec/failure')).toMatchObject({ status: 500 });
  });
});

describe('a request body', () => {
  it.each(['application/json', 'application/json; charset=utf-8', 'application/JSON', 'application/cloudevents+json', 'application/json ; charset=utf-8'])(
    'is read as %s',
    async (type) => {
      expect(await post('{"a":[1]}', type)).toMatchObject({ status: 201, document: { body: { a: [1] } } });
    },
  );

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', 'application/xml', 'json', 'multipart/form-data; boundary=x', '*/*'])(
    'is refused as %s',
    async (type) => {
      expect(await post('{"a":[1]}', type)).toMatchObject({ status: 415, document: { code: 'unsupported_media_type' } });
    },
  );

  it('is refused without a content type', async () => {
    expect(await raw({ 'content-length': '2' }, '{}')).toMatchObject({ status: 415 });
  });

  it('may be absent', async () => {
    expect(await post('', 'application/json')).toMatchObject({ status: 201, document: {} });
  });

  it('that is malformed is named with its fault', async () => {
    expect(await post('{"a":1,"a":2}')).toMatchObject({ status: 400, document: { code: 'malformed_json', errors: [{ pointer: '/a' }] } });
    expect(await post('{"a":')).toMatchObject({ status: 400, document: { code: 'malformed_json', detail: expect.stringContaining('end of JSON') } });
  });

  it('of the limit is read, and of one byte more refused', async () => {
    expect((await post(JSON.stringify('x'.repeat(BODY_LIMIT - 2)))).status).toBe(201);
    expect(await post(JSON.stringify('x'.repeat(BODY_LIMIT - 1)))).toMatchObject({ status: 413, document: { code: 'too_large' } });
  });

  it('that announces to be too large is refused before it comes', async () => {
    expect(await raw({ 'content-type': 'application/json', 'content-length': String(BODY_LIMIT + 1) })).toMatchObject({ status: 413 });
  });

  it('without an announced length is refused as soon as it is too large, though it never ends', async () => {
    expect(await raw({ 'content-type': 'application/json', 'transfer-encoding': 'chunked' }, 'x'.repeat(BODY_LIMIT + 1))).toMatchObject({ status: 413 });
  });
});

interface Answer {
  status: number;
  headers: Headers;
  text: string;
  document: unknown;
}

function get(path: string): Promise<Answer> {
  return answerOf(fetch(http.url + path));
}

function post(body: string, type = 'application/json'): Promise<Answer> {
  return answerOf(fetch(`${http.url}/spec/echo`, { method: 'POST', headers: { 'content-type': type }, body: Buffer.from(body) }));
}

async function answerOf(response: Promise<Response>): Promise<Answer> {
  const { status, headers, ...rest } = await response.then(async (got) => ({ status: got.status, headers: got.headers, text: await got.text() }));
  const document: unknown = JSON.parse(rest.text);
  if (status >= 400) problem.parse(document);
  return { status, headers, text: rest.text, document };
}

/** Sends a head and a part of the body, and never ends the request. */
function raw(headers: Record<string, string>, part = ''): Promise<{ status: number | undefined }> {
  return new Promise((resolve, reject) => {
    const sent = request(`${http.url}/spec/echo`, { method: 'POST', headers }, (response) => {
      resolve({ status: response.statusCode });
      sent.destroy();
    });
    sent.on('error', reject);
    sent.flushHeaders();
    if (part !== '') sent.write(part);
  });
}
