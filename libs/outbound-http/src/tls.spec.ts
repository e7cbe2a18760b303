import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { parseAllowList } from './allow-list.js';
import { certificate, expiredCertificate, privateKey } from './spec-support/certificates.js';
import { aClient, aRequest, answered, failed } from './spec-support/client.js';
import { always, answer, tlsServer } from './spec-support/raw-server.js';

const NAME = 'receiver.example.com';
const trusting = (extraCa: string) => aClient({ allow: parseAllowList('127.0.0.1'), extraCa, resolve: async () => ['127.0.0.1'] });
const secured = (options = {}) => tlsServer(always(answer(200)), { cert: certificate, key: privateKey, ...options });

describe('TLS', () => {
  it('S17: is spoken with the name of the URL, though the address was pinned, in TLS 1.2 or later', async () => {
    const server = await secured();
    const client = trusting(certificate);
    for (const _ of [1, 2]) expect(answered(await client.post(aRequest(`https://${NAME}:${server.port}/`))).statusCode).toBe(200);
    const socket = server.connections[0] as TLSSocket & { servername: string };
    expect(socket.servername).toBe(NAME);
    expect(['TLSv1.2', 'TLSv1.3']).toContain(socket.getProtocol());
    expect(server.connections).toHaveLength(1);
    expect(server.requests[0]).toContain(`host: ${NAME}:${server.port}`);
  });

  it('E25: is spoken with another address of the name when the first is dead', async () => {
    const server = await secured();
    const client = aClient({ extraCa: certificate, resolve: async () => ['127.0.0.9', '::1', '127.0.0.1'] });
    expect(answered(await client.post(aRequest(`https://${NAME}:${server.port}/`))).remoteAddress).toBe('127.0.0.1');
  });

  it.each([
    ['self-signed', `https://127.0.0.1`, {}, 'the certificate is self-signed'],
    ['for another host', `https://other.example.com`, { extraCa: certificate }, 'the certificate is for another host'],
    ['for a name, not the address', `https://127.0.0.1`, { extraCa: certificate }, 'the certificate is for another host'],
  ])('E15, S17: is refused when the certificate is %s, and the endpoint gets no HTTP byte', async (_what, origin, options, detail) => {
    const server = await secured();
    const client = aClient({ ...options, resolve: async () => ['127.0.0.1'] });
    for (const _ of [1, 2]) expect(failed(await client.post(aRequest(`${origin}:${server.port}/`)))).toMatchObject({ failure: 'tls', detail });
    expect(server.requests).toEqual([]);
  });

  it('E15: is refused when the certificate has expired', async () => {
    const server = await secured({ cert: expiredCertificate });
    const result = failed(await trusting(expiredCertificate).post(aRequest(`https://${NAME}:${server.port}/`)));
    expect(result).toMatchObject({ failure: 'tls', detail: 'the certificate has expired' });
  });

  it('E15: is verified whatever the environment says', async () => {
    const server = await secured();
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const result = await aClient().post(aRequest(server.url));
    vi.unstubAllEnvs();
    expect(failed(result).failure).toBe('tls');
  });

  it('E15: is refused below 1.2', async () => {
    const server = await secured({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
    const result = failed(await trusting(certificate).post(aRequest(`https://${NAME}:${server.port}/`)));
    expect(result).toMatchObject({ failure: 'tls', detail: 'the endpoint does not offer TLS 1.2 or later' });
  });

  it('E15: is not spoken by a server of plain HTTP', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const result = failed(await aClient().post(aRequest(`https://127.0.0.1:${port}/`)));
    expect(result).toMatchObject({ failure: 'tls', detail: 'the endpoint does not speak TLS on this port' });
  });

  it('E11: keeps the immediate retry of a kept connection that is gone', async () => {
    const server = await tlsServer((socket, count) => void (count === 1 ? socket.write(answer(200)) : socket.destroy()), { cert: certificate, key: privateKey });
    const client = trusting(certificate);
    await client.post(aRequest(`https://${NAME}:${server.port}/`));
    expect(answered(await client.post(aRequest(`https://${NAME}:${server.port}/`))).transportRetried).toBe(true);
  });
});
