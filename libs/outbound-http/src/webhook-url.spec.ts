import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAllowList } from './allow-list.js';
import { checkWebhookUrl } from './webhook-url.js';

const none = parseAllowList('none');
const isOk = (url: string, allow = none) => checkWebhookUrl(url, allow).ok;
/** Writes four octets as one to four numbers, each in its base, in ASCII or full-width digits, with any of the dots that WHATWG knows. */
const spelling = fc
  .record({
    numbers: fc.integer({ min: 1, max: 4 }),
    bases: fc.array(fc.constantFrom('decimal', 'octal', 'hex', 'HEX'), { minLength: 4, maxLength: 4 }),
    dot: fc.constantFrom('.', '。', '．', '｡', '%2E'),
    isWide: fc.boolean(),
    ending: fc.constantFrom('', '.'),
  })
  .map(({ numbers, bases, dot, isWide, ending }) => (parts: number[]) => {
    const last = parts.slice(numbers - 1).reduce((value, part) => value * 256 + part, 0);
    const texts = [...parts.slice(0, numbers - 1), last].map((value, index) => {
      if (bases[index] === 'decimal') return String(value);
      if (bases[index] === 'octal') return `00${value.toString(8)}`;
      return bases[index] === 'hex' ? `0x${value.toString(16)}` : `0X0${value.toString(16).toUpperCase()}`;
    });
    const wide = (text: string) => [...text].map((character) => String.fromCodePoint((character.codePointAt(0) ?? 0) + 0xfee0)).join('');
    return texts.map((text) => (isWide ? wide(text) : text)).join(dot) + ending;
  });

const reason = (url: string) => {
  const verdict = checkWebhookUrl(url, none);
  return verdict.ok ? undefined : verdict.reason;
};

describe('checkWebhookUrl', () => {
  it.each([
    ['https://example.com/hook', 'https://example.com/hook'],
    ['HTTPS://EXAMPLE.com:443/a b?c=d#secret', 'https://example.com/a%20b?c=d'],
    ['http://example.com:80', 'http://example.com/'],
    ['https://faß.example.com/', 'https://xn--fa-hia.example.com/'],
    ['https://gооgle.example.com/', 'https://xn--ggle-55da.example.com/'],
    [`https://${'a'.repeat(63)}.example.com/`, `https://${'a'.repeat(63)}.example.com/`],
    [`https://${'a.'.repeat(121)}example.com/`, `https://${'a.'.repeat(121)}example.com/`],
    ['https://example.com:8443/x', 'https://example.com:8443/x'],
    ['http://exam\tple.com/\r\nx', 'http://example.com/x'],
    ['http://8.8.8.8/', 'http://8.8.8.8/'],
    ['http://0x08080808/', 'http://8.8.8.8/'],
    ['http://[2606:4700:4700::1111]/', 'http://[2606:4700:4700::1111]/'],
  ])('S14, S15: takes %j as %s', (given, url) => {
    expect(checkWebhookUrl(given, none)).toEqual({ ok: true, url });
  });

  it.each([
    'ftp://example.com/', 'file:///etc/passwd', 'gopher://example.com/', 'data:text/plain,x', 'ws://example.com/', 'unix:/run/x', 'javascript:alert(1)',
    'https://', 'https:///', 'example.com', '//example.com', '', ' ', 'https://exa%00mple.com/', 'https://256.1.1.1/', 'http://4294967296/',
    'http://[fe80::1%25eth0]/', 'http://[::1/', 'http://example.com:65536/', 'https://user:password@example.com/', 'https://user@example.com/',
    'https://xn--\u00fc.example.com/', 'https://xn--a.example.com/', 'https://a..example.com/', `https://${'a'.repeat(64)}.example.com/`, `https://${'a.'.repeat(122)}example.com/`,
    'https://:password@example.com/', `https://example.com/${'a'.repeat(2_030)}`, `https://example.com/${'é'.repeat(700)}`,
  ])('S10, S11, S14: refuses %j as no usable URL', (url) => {
    expect(isOk(url)).toBe(false);
    expect(isOk(url, parseAllowList('0.0.0.0/0,::/0,*.com,example.com'))).toBe(false);
  });

  it('S15: counts characters after encoding', () => {
    const longest = `https://example.com/${'a'.repeat(2_028)}`;
    expect(longest).toHaveLength(2_048);
    expect(isOk(longest)).toBe(true);
    expect(isOk(`${longest}a`)).toBe(false);
  });

  it.each([
    'http://127.0.0.1/', 'http://2130706433/', 'http://0177.0.0.1/', 'http://0x7f.1/', 'http://127.1/', 'http://①②⑦.⓪.⓪.①/', 'http://127。0。0。1/',
    'http:127.0.0.1', 'http:\\\\127.0.0.1', 'http://0/', 'http://127.0.0.1./', 'http://169.254.169.254/latest/meta-data', 'http://10.0.0.1/',
    'http://[::1]/', 'http://[::ffff:127.0.0.1]/', 'http://[::127.0.0.1]/', 'http://[64:ff9b::7f00:1]/', 'http://[2002:7f00:1::1]/', 'http://[fd00:ec2::254]/',
    'http://1.1.1.1 &@127.0.0.1# @3.3.3.3/',
  ])('S1, S15: refuses %j for its address', (url) => {
    expect(reason(url)).toMatch(/address is not public|not a URL|credentials/);
  });

  it('S1: sees through every spelling of an IPv4 address', () => {
    const isPublic = (ip: string) => ip.startsWith('8.');
    const octets = fc.tuple(fc.constantFrom(127, 10, 8), fc.nat(255), fc.nat(255), fc.nat(255));
    fc.assert(fc.property(octets, spelling, (parts, spell) => {
      const ip = parts.join('.');
      const url = `http://${spell(parts)}/`;
      expect(new URL(url).hostname, url).toBe(ip);
      expect(checkWebhookUrl(url, none)).toEqual(isPublic(ip) ? { ok: true, url: `http://${ip}/` } : { ok: false, reason: 'the address is not public' });
    }));
  });

  it.each([
    'http://localhost/', 'http://LOCALHOST./', 'http://a.localhost/', 'http://postgres/', 'http://nats:4222/', 'http://kubernetes.default.svc/',
    'http://api.default.svc.cluster.local/', 'http://metadata.google.internal/', 'http://instance-data/', 'http://printer.local/', 'http://router.home.arpa/',
  ])('S4: refuses %j for its name', (url) => {
    expect(reason(url)).toBe('the host is not a public name');
  });

  it.each([1, 21, 22, 23, 25, 53, 81, 110, 143, 389, 445, 465, 587, 993, 1023, 3306, 4222, 5432, 6379, 9200, 11211, 27017])('S12: refuses port %i', (port) => {
    expect(reason(`https://example.com:${port}/`)).toBe(`port ${port} is not allowed`);
    expect(reason(`https://8.8.8.8:${port}/`)).toBe(`port ${port} is not allowed`);
  });

  it.each([80, 443, 1024, 3000, 8080, 8443, 65535])('S12: takes port %i, with either scheme', (port) => {
    expect(isOk(`https://example.com:${port}/`)).toBe(true);
    expect(isOk(`http://example.com:${port}/`)).toBe(true);
  });

  it('S12: takes any port but 0 of an allow-listed host', () => {
    const allow = parseAllowList('loopback,hooks.corp,10.0.0.0/8');
    for (const host of ['localhost', '127.0.0.1', '127.1', '[::1]', 'hooks.corp', '10.0.0.1']) {
      expect(isOk(`http://${host}:22/`, allow)).toBe(true);
      expect(isOk(`http://${host}:0/`, allow)).toBe(false);
    }
    expect(isOk('http://192.168.0.1/', allow)).toBe(false);
    expect(isOk('https://example.com:22/', allow)).toBe(false);
  });

  it('S19: never repeats the URL, which may be a secret', () => {
    for (const url of ['ftp://hooks.example/T00/B00/XXXX', 'http://10.0.0.1/T00/B00/XXXX', 'XXXX']) expect(reason(url)).not.toContain('XXXX');
  });
});
