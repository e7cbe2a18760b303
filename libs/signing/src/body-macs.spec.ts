import { describe, expect, it } from 'vitest';
import { schemes } from './registry.js';
import { secretKey } from '@buildwire/contracts';

const sign = (scheme: 'expo-signature' | 'x-signature' | 'x-buildpixel-signature', body: string, ...secrets: string[]) =>
  schemes[scheme].sign({ id: 'dlv_01', timestamp: 1_760_000_000, body: Buffer.from(body) }, secrets.map(secretKey));

/** Of the reference, section 9; the secret is `0123456789abcdef` as UTF-8. */
const vectors = [
  [
    'expo-signature',
    '{"status":"finished","id":"b-1","artifactUrl":"https://a.example/x.apk","platform":"android"}',
    ['expo-signature', 'sha1=a37f0117167bb9836ee210fef8ffa558288bf2d9'],
  ],
  [
    'x-signature',
    '{"event":"job_finished","data":{"id":"j-1","status":"succeeded"}}',
    ['X-Signature', '5cbd9b32aa171b37b00fb55f5beb21b7e827ee95d352ffe38d400e1741d51f06'],
  ],
  [
    'x-buildpixel-signature',
    '{"type":"build.complete","createdAt":"2026-05-10T14:23:45.123Z","organizationId":"o1","data":{"build":{"id":"b1","status":"complete"},"project":{"id":"p1","name":"MyGame 🦊"}}}',
    ['X-BuildPixel-Signature', 'sha256=e8e845e8ff433301ec299acd573417412299490271c080341a3eee0d5aef913a'],
  ],
] as const;

describe.each(vectors)('the scheme %s', (scheme, body, header) => {
  it('gives the signature of the vector, in the documented casing', () => {
    expect(sign(scheme, body, '0123456789abcdef')).toEqual([header]);
  });

  it('gives the same with the whsec_ form of the secret', () => {
    expect(sign(scheme, body, `whsec_${Buffer.from('0123456789abcdef').toString('base64')}`)).toEqual([header]);
  });

  it('signs with the newest shared secret only', () => {
    const privateKey = `whsk_${Buffer.alloc(32, 7).toString('base64')}`;
    expect(sign(scheme, body, privateKey, '0123456789abcdef', 'an older secret of mine')).toEqual([header]);
    expect(() => sign(scheme, body, privateKey)).toThrow(expect.objectContaining({ code: 'secret.invalid' }));
  });
});

describe('without a secret', () => {
  it('Capawesome’s scheme sends no header, and the others refuse to sign', () => {
    expect(sign('x-signature', '{}')).toEqual([]);
    expect(() => sign('expo-signature', '{}')).toThrow(expect.objectContaining({ code: 'secret.invalid' }));
    expect(() => sign('x-buildpixel-signature', '{}')).toThrow(expect.objectContaining({ code: 'secret.invalid' }));
  });
});
