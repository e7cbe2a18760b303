import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parseAllowList } from './allow-list.js';
import { systemResolver } from './resolve-host.js';
import { aClient, aRequest, answered, failed } from './spec-support/client.js';
import { NXDOMAIN, SERVFAIL, nameServer, type Said } from './spec-support/name-server.js';
import { always, answer, rawServer } from './spec-support/raw-server.js';

const NAME = 'receiver.example.com';
const PUBLIC = '8.8.8.8';

/** A client that asks a name server with this to say, and may call 127.0.0.2 but not 127.0.0.1. */
async function asking(script: (question: string) => Said) {
  const server = await nameServer(script);
  const client = aClient({ allow: parseAllowList('127.0.0.2'), resolve: systemResolver([server.address]), connectTimeoutMs: 2_000, timeoutMs: 10_000 });
  return { server, client };
}

describe('a name in DNS', () => {
  it('S6: that points elsewhere each time is asked about once per connection, and a thousand attempts never reach this machine', async () => {
    const allowed = await rawServer(always(answer(200, '', 'Connection: close')), '127.0.0.2');
    const canary = await rawServer(always(answer(200)), '127.0.0.1', allowed.port);
    let asked = 0;
    const { server, client } = await asking((question) => {
      if (question.startsWith('A ')) asked += 1;
      return { addresses: [asked % 2 === 0 ? '127.0.0.1' : '127.0.0.2'] };
    });
    const outcomes = { answered: 0, blocked: 0 };
    for (let attempt = 0; attempt < 1_000; attempt += 1) {
      const result = await client.post(aRequest(`http://${NAME}:${allowed.port}/`));
      if (result.kind === 'answered') outcomes.answered += 1;
      else if (result.failure === 'blocked_address') outcomes.blocked += 1;
    }
    expect(outcomes).toEqual({ answered: 500, blocked: 500 });
    expect(canary.connections).toEqual([]);
    expect(server.questions.filter((question) => question === `A ${NAME}`)).toHaveLength(1_000);
  });

  it.each<[string, Said]>([
    ['a public and a private address', { addresses: [PUBLIC, '127.0.0.1'] }],
    ['a public IPv4 and a local IPv6 address', { addresses: [PUBLIC, '0:0:0:0:0:0:0:1'] }],
    ['a mapped IPv6 address', { addresses: [PUBLIC, '0:0:0:0:0:ffff:7f00:1'] }],
    ['a NAT64 address of this machine', { addresses: ['64:ff9b:0:0:0:0:7f00:1'] }],
    ['an alias for the metadata service', { alias: 'metadata.google.internal', addresses: ['169.254.169.254'] }],
  ])('S2, S5: is not called with %s', async (_what, said) => {
    const { client } = await asking(() => said);
    expect(failed(await client.post(aRequest(`http://${NAME}/`)))).toMatchObject({ failure: 'blocked_address', detail: 'the address is not public' });
  });

  it('S9: is called at the end of its alias', async () => {
    const receiver = await rawServer(always(answer(200)), '127.0.0.2');
    const { client } = await asking(() => ({ alias: 'edge.example.net', addresses: ['127.0.0.2'] }));
    expect(answered(await client.post(aRequest(`http://${NAME}:${receiver.port}/`))).statusCode).toBe(200);
  });

  it('S9: is called when only its question for IPv6 fails', async () => {
    const receiver = await rawServer(always(answer(200)), '127.0.0.2');
    const { client } = await asking((question) => (question.startsWith('A ') ? { addresses: ['127.0.0.2'] } : { code: SERVFAIL }));
    expect(answered(await client.post(aRequest(`http://${NAME}:${receiver.port}/`))).statusCode).toBe(200);
  });

  it('S9: may have four thousand addresses, which are all judged', async () => {
    const many = Array.from({ length: 4_000 }, (_, index) => `8.8.${Math.floor(index / 250)}.${index % 250}`);
    const { client } = await asking(() => ({ addresses: [...many.slice(1), '127.0.0.1'] }));
    expect(failed(await client.post(aRequest(`http://${NAME}/`)))).toMatchObject({ failure: 'blocked_address' });
    const { server } = await asking(() => ({ addresses: many }));
    expect(await systemResolver([server.address])(`${NAME}.`)).toHaveLength(4_000);
  });

  it.each<[string, Said, string]>([
    ['does not exist', { code: NXDOMAIN }, 'the host name does not exist'],
    ['has no address', {}, 'the host name does not exist'],
    ['is its own alias', { alias: NAME }, 'the host name has no address'],
    ['cannot be told', { code: SERVFAIL }, 'the host name could not be resolved'],
    ['gets no answer', 'silence', 'the host name was not resolved in time'],
  ])('S9: that %s is a DNS failure within the connect timeout', async (_what, said, detail) => {
    const { client } = await asking(() => said);
    const result = failed(await client.post(aRequest(`http://${NAME}/`)));
    expect(result).toMatchObject({ failure: 'dns', detail });
    expect(result.timing.durationMs).toBeLessThan(3_000);
  });

  it('S4: is asked about as it is, without a search list', async () => {
    const { server, client } = await asking(() => ({ code: NXDOMAIN }));
    await client.post(aRequest(`http://${NAME}/`));
    expect(server.questions.sort()).toEqual([`A ${NAME}`, `AAAA ${NAME}`]);
  });

  it('S9: whose name server is dead holds up neither other names nor the threads of this process', async () => {
    const server = await nameServer((question) => (question.includes('dead') ? 'silence' : { addresses: [PUBLIC] }));
    const resolve = systemResolver([server.address]);
    void Promise.allSettled(Array.from({ length: 64 }, (_, index) => resolve(`dead-${index}.example.com.`)));
    const startedAt = performance.now();
    expect(await resolve(`${NAME}.`)).toEqual([PUBLIC]);
    await readFile(new URL(import.meta.url));
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});

describe('the resolver of the machine', () => {
  it('is asked once for all who ask at the same time, and knows the hosts file', async () => {
    const resolve = systemResolver();
    const asked = resolve('localhost');
    expect(resolve('localhost')).toBe(asked);
    expect(await asked).toContain('127.0.0.1');
    expect(resolve('localhost')).not.toBe(asked);
  });
});
