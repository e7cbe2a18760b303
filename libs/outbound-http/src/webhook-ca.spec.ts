import { describe, expect, it } from 'vitest';
import { parseAllowList } from './allow-list.js';
import { authority, certificate, expiredCertificate, forgedCertificate, issuedCertificate, privateKey, sha1Certificate } from './spec-support/certificates.js';
import { aClient, aRequest, answered, eventually, failed } from './spec-support/client.js';
import { always, answer, tlsServer } from './spec-support/raw-server.js';
import { TrustStore } from './trust-store.js';

const NAME = 'receiver.example.com';
// Level 0, so that it may show a weak certificate.
const secured = (cert: string) => tlsServer(always(answer(200)), { cert, key: privateKey, ciphers: 'DEFAULT@SECLEVEL=0' });
const aCaller = (options = {}) => aClient({ allow: parseAllowList('127.0.0.1'), resolve: async () => ['127.0.0.1'], ...options });

describe('the certificate authority of a webhook', () => {
  it.each([
    ['the endpoint’s own certificate', certificate, certificate],
    ['who issued it', issuedCertificate, authority],
    ['one of several', issuedCertificate, `${certificate}\n${authority}`],
  ])('E15: lets its endpoint be called if it is %s', async (_what, cert, ca) => {
    const server = await secured(cert);
    const client = aCaller();
    for (const _ of [1, 2]) expect(answered(await client.post(aRequest(`https://${NAME}:${server.port}/`, { ca }))).statusCode).toBe(200);
    expect(server.connections).toHaveLength(1);
  });

  it('E15: counts for that webhook only, though another has the same origin and a connection is open', async () => {
    const server = await secured(issuedCertificate);
    const client = aCaller();
    const post = (over = {}) => client.post(aRequest(`https://${NAME}:${server.port}/`, over));
    for (const _ of [1, 2]) {
      expect(answered(await post({ ca: authority })).statusCode).toBe(200);
      for (const over of [{}, { ca: certificate }]) expect(failed(await post(over))).toMatchObject({ failure: 'tls' });
    }
    expect(server.requests).toHaveLength(2);
    expect(client.origins).toBe(1);
  });

  it('E15: does not vouch for another host, nor for a certificate that has expired, nor for SHA-1', async () => {
    const server = await secured(certificate);
    expect(failed(await aCaller().post(aRequest(`https://other.example.com:${server.port}/`, { ca: certificate })))).toMatchObject({ detail: 'the certificate is for another host' });
    const expired = await secured(expiredCertificate);
    expect(failed(await aCaller().post(aRequest(`https://${NAME}:${expired.port}/`, { ca: expiredCertificate })))).toMatchObject({ detail: 'the certificate has expired' });
    const weak = await secured(sha1Certificate);
    expect(failed(await aCaller().post(aRequest(`https://${NAME}:${weak.port}/`, { ca: authority })))).toMatchObject({ failure: 'tls' });
    expect([...server.requests, ...expired.requests, ...weak.requests]).toEqual([]);
  });

  it('comes besides those that everyone trusts', async () => {
    const [own, common] = [await secured(issuedCertificate), await secured(certificate)];
    const client = aCaller({ extraCa: certificate });
    for (const { port } of [own, common]) expect(answered(await client.post(aRequest(`https://${NAME}:${port}/`, { ca: authority }))).statusCode).toBe(200);
  });

  it.each([
    ['empty', ''],
    ['no PEM', 'trust me'],
    ['a key', privateKey],
    ['PEM of nothing', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'],
    ['cut off', `${authority}${certificate.slice(0, 200)}`],
    ['one good and one bad', `${authority}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`],
    ['without end', '-----BEGIN CERTIFICATE-----\n'.repeat(2_000)],
  ])('E15: that is %s fails the attempt with the reason, and calls nobody', async (_what, ca) => {
    const server = await secured(certificate);
    const result = failed(await aCaller().post(aRequest(`https://${NAME}:${server.port}/`, { ca })));
    expect(result).toMatchObject({ failure: 'tls', detail: 'the certificate authority of the webhook is not a PEM certificate' });
    expect(server.connections).toEqual([]);
  });

  it('leaves no connection behind when it is changed', async () => {
    const server = await secured(issuedCertificate);
    const client = aCaller({ maxOrigins: 1 });
    for (const ca of [authority, `${authority}\n`]) answered(await client.post(aRequest(`https://${NAME}:${server.port}/`, { ca })));
    expect(client.origins).toBe(1);
    await eventually(() => server.connections[0]?.destroyed === true);
  });
});

describe('the store of trust', () => {
  it('reads each authority once, and keeps 256 of them, those used last', () => {
    const store = new TrustStore();
    const nth = (index: number) => store.of(`${authority}${'\n'.repeat(index)}`);
    const [first, second] = [nth(0), nth(1)];
    for (let index = 2; index < 256; index += 1) nth(index);
    expect(nth(0)).toBe(first);
    nth(256);
    expect(nth(0)).toBe(first);
    expect(nth(1)).not.toBe(second);
  });

  it('E15: keeps the public authorities when one is added', async () => {
    const server = await secured(forgedCertificate);
    const said = async (over = {}) => failed(await aCaller().post(aRequest(`https://${NAME}:${server.port}/`, over))).detail;
    // A public authority is found by its name, and then did not sign; without it nobody would be found.
    expect([await said(), await said({ ca: authority })]).toEqual(['the certificate is not from who it says', 'the certificate is not from who it says']);
  });
});
