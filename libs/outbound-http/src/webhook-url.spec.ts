import { describe, expect, it } from 'vitest';
import { parseAllowList } from './allow-list.js';
import { checkWebhookUrl } from './webhook-url.js';

const none = parseAllowList('none');
const isOk = (url: string, allow = none) => checkWebhookUrl(url, allow).ok;
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
    ['https://example.com:8443/x', 'https://example.com:8443/x'],
    ['http://exam\tple.com/\r\nx', 'http://example.com/x'],
    ['http://8.8.8.8/', 'http://8.8.8.8/'],
    ['http://0x08080808/', 'http://8.8.8.8/'],
    ['http://[2606:4700:4700::1111]/', 'http://[2606:4700:4700::1111]/'],
  ])('takes %j as %s', (given, url) => {
    expect(checkWebhookUrl(given, none)).toEqual({ ok: true, url });
  });

  it.each([
    'ftp://example.com/', 'file:///etc/passwd', 'gopher://example.com/', 'data:text/plain,x', 'ws://example.com/', 'unix:/run/x', 'javascript:alert(1)',
    'https://', 'https:///', 'example.com', '//example.com', '', ' ', 'https://exa%00mple.com/', 'https://256.1.1.1/', 'http://4294967296/',
    'http://[fe80::1%25eth0]/', 'http://[::1/', 'http://example.com:65536/', 'https://user:password@example.com/', 'https://user@example.com/',
    'https://:password@example.com/', `https://example.com/${'a'.repeat(2_030)}`, `https://example.com/${'é'.repeat(700)}`,
  ])('refuses %j as no usable URL', (url) => {
    expect(isOk(url)).toBe(false);
    expect(isOk(url, parseAllowList('0.0.0.0/0,::/0,*.com,example.com'))).toBe(false);
  });

  it('counts characters after encoding', () => {
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
  ])('refuses %j for its address', (url) => {
    expect(reason(url)).toMatch(/address is not public|not a URL|credentials/);
  });

  it.each([
    'http://localhost/', 'http://LOCALHOST./', 'http://a.localhost/', 'http://postgres/', 'http://nats:4222/', 'http://kubernetes.default.svc/',
    'http://api.default.svc.cluster.local/', 'http://metadata.google.internal/', 'http://instance-data/', 'http://printer.local/', 'http://router.home.arpa/',
  ])('refuses %j for its name', (url) => {
    expect(reason(url)).toBe('the host is not a public name');
  });

  it.each([1, 21, 22, 23, 25, 53, 81, 110, 143, 389, 445, 465, 587, 993, 1023, 3306, 4222, 5432, 6379, 9200, 11211, 27017])('refuses port %i', (port) => {
    expect(reason(`https://example.com:${port}/`)).toBe(`port ${port} is not allowed`);
    expect(reason(`https://8.8.8.8:${port}/`)).toBe(`port ${port} is not allowed`);
  });

  it.each([80, 443, 1024, 3000, 8080, 8443, 65535])('takes port %i, with either scheme', (port) => {
    expect(isOk(`https://example.com:${port}/`)).toBe(true);
    expect(isOk(`http://example.com:${port}/`)).toBe(true);
  });

  it('takes any port but 0 of an allow-listed host', () => {
    const allow = parseAllowList('loopback,hooks.corp,10.0.0.0/8');
    for (const host of ['localhost', '127.0.0.1', '127.1', '[::1]', 'hooks.corp', '10.0.0.1']) {
      expect(isOk(`http://${host}:22/`, allow)).toBe(true);
      expect(isOk(`http://${host}:0/`, allow)).toBe(false);
    }
    expect(isOk('http://192.168.0.1/', allow)).toBe(false);
    expect(isOk('https://example.com:22/', allow)).toBe(false);
  });

  it('never repeats the URL, which may be a secret', () => {
    for (const url of ['ftp://hooks.example/T00/B00/XXXX', 'http://10.0.0.1/T00/B00/XXXX', 'XXXX']) expect(reason(url)).not.toContain('XXXX');
  });
});
