import { describe, expect, it } from 'vitest';
import { conditionsOf, contentHeaders, dispositionOf } from './content-headers.js';

const url = new URL('https://store.example/builds/7/game.apk?signature=x');
const artifact = { organizationId: 'org_a', name: undefined, url };

describe('the headers of a streamed artifact', () => {
  it('are those of the content, the first of each, and no others of the origin', () => {
    const headers = contentHeaders([['Content-Type', 'application/zip'], ['ETag', '"a"'], ['etag', '"b"'], ['Set-Cookie', 'a=b'], ['Connection', 'close'], ['Content-Security-Policy', 'none'], ['Access-Control-Allow-Origin', '*']], artifact);
    expect(headers).toEqual({
      'content-type': 'application/zip',
      'content-disposition': 'attachment; filename="game.apk"',
      etag: '"a"',
      'cache-control': 'private, no-cache',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
    });
  });

  it('leave the name of the file to the origin if it has one, and say that the rest is bytes', () => {
    expect(contentHeaders([['Content-Disposition', 'inline; filename="x.apk"']], artifact)).toMatchObject({ 'content-disposition': 'inline; filename="x.apk"', 'content-type': 'application/octet-stream' });
  });

  it('of the request go to the origin where they choose bytes or name a condition, and nowhere else', () => {
    const conditions = { range: 'bytes=0-1', 'if-range': '"a"', 'if-none-match': '"b"', 'if-modified-since': 'Sun, 10 May 2026 14:23:45 GMT' };
    expect(Object.fromEntries(conditionsOf({ ...conditions, cookie: 'a=b', authorization: 'Bearer bw_x', 'accept-encoding': 'gzip', 'x-forwarded-for': '10.0.0.1' }))).toEqual(conditions);
  });
});

describe('the name of a downloaded file', () => {
  it.each<[string | undefined, string]>([
    ['app.apk', 'attachment; filename="app.apk"'],
    ['My Game (7).apk', 'attachment; filename="My Game (7).apk"'],
    [undefined, 'attachment; filename="game.apk"'],
    ['café 🦊.apk', "attachment; filename=\"caf_ __.apk\"; filename*=UTF-8''caf%C3%A9%20%F0%9F%A6%8A.apk"],
    ["l'été (1).apk", "attachment; filename=\"l'_t_ (1).apk\"; filename*=UTF-8''l%27%C3%A9t%C3%A9%20%281%29.apk"],
    ['../../etc/passwd', 'attachment; filename=".._.._etc_passwd"'],
    ['a"; filename="b\r\nSet-Cookie: c', 'attachment; filename="a_; filename=_b__Set-Cookie_ c"'],
    ['100%41.apk', "attachment; filename=\"100_41.apk\"; filename*=UTF-8''100%2541.apk"],
    ['game\u202egpj.exe', 'attachment; filename="game_gpj.exe"'],
    ['half \ud83e', "attachment; filename=\"half _\"; filename*=UTF-8''half%20%EF%BF%BD"],
    ['..', 'attachment; filename="artifact"'],
    ['', 'attachment; filename="artifact"'],
    ['🦊'.repeat(200), `attachment; filename="${'__'.repeat(150)}"; filename*=UTF-8''${'%F0%9F%A6%8A'.repeat(150)}`],
  ])('of %j is %s', (name, disposition) => {
    expect(dispositionOf({ name, url })).toBe(disposition);
  });

  it.each([
    ['https://store.example/caf%C3%A9.apk', "attachment; filename=\"caf_.apk\"; filename*=UTF-8''caf%C3%A9.apk"],
    ['https://store.example/100%.apk', "attachment; filename=\"100_.apk\"; filename*=UTF-8''100%25.apk"],
    ['https://store.example/a%2Fb.apk', 'attachment; filename="a_b.apk"'],
    ['https://store.example/', 'attachment; filename="artifact"'],
  ])('at %s without a name is %s', (address, disposition) => {
    expect(dispositionOf({ name: undefined, url: new URL(address) })).toBe(disposition);
  });
});
