import { describe, expect, it } from 'vitest';
import { createWebhook, updateWebhook } from './webhooks.js';
import { faultsOf } from './validate.js';

const minimal = { name: 'Deploy bot', url: 'https://hooks.example.com/builds', events: ['build.*'] };

describe('creating a webhook', () => {
  it('needs a name, a URL and events; the rest has defaults', () => {
    expect(createWebhook.parse(minimal)).toEqual({
      ...minimal,
      format: 'raw',
      dialect: 'buildwire',
      options: {},
      appId: null,
      filter: null,
      active: true,
      headers: {},
      success: null,
      retry: null,
      signing: null,
      limits: null,
      ca: null,
      ordering: 'none',
      supersede: false,
    });
    expect(faults({})).toEqual(['/events', '/name', '/url']);
  });

  it.each([16, 1_000])('takes a secret of %i characters', (length) => {
    expect(faults({ secret: 's'.repeat(length) }, minimal)).toEqual([]);
  });

  it.each([0, 15, 1_001])('refuses a secret of %i characters', (length) => {
    expect(faults({ secret: 's'.repeat(length) }, minimal)).toEqual(['/secret']);
  });

  const certificate = `-----BEGIN CERTIFICATE-----\n${'MIIB'.repeat(20)}\n-----END CERTIFICATE-----\n`;
  it.each([{ limits: { concurrency: 1 } }, { limits: { concurrency: 100 } }, { limits: { perSecond: 1_000 } }, { retry: { maxAgeSeconds: 60 } }, { ca: certificate }, { ca: certificate.repeat(3) }])('takes %j', (settings) => {
    expect(faults(settings, minimal)).toEqual([]);
  });

  it.each([
    ['/limits/concurrency', { limits: { concurrency: 0 } }],
    ['/limits/concurrency', { limits: { concurrency: 101 } }],
    ['/limits/perSecond', { limits: { perSecond: 1_001 } }],
    ['/retry/maxAgeSeconds', { retry: { maxAgeSeconds: 59 } }],
    ['/ca', { ca: 'no certificate' }],
    ['/ca', { ca: certificate.repeat(1_000) }],
    ['/ordering', { ordering: 'per-app' }],
  ])('refuses at %s what is out of bounds: %j', (pointer, settings) => {
    expect([...new Set(faults(settings, minimal))]).toEqual([pointer]);
  });

  it.each(['http://127.0.0.1:9000/hook', 'https://example.com', 'HTTPS://EXAMPLE.com/A?b=c', 'https://müller.example/ü', `https://example.com/${'a'.repeat(2_000)}`])('takes the URL %s', (url) => {
    expect(createWebhook.parse({ ...minimal, url }).url).toBe(new URL(url).href);
  });

  it.each([
    ['no URL', 'example.com/hook'],
    ['a path', '/hook'],
    ['another scheme', 'ftp://example.com/hook'],
    ['a file', 'file:///etc/passwd'],
    ['a script', 'javascript:alert(1)'],
    ['a user name', 'https://ada@example.com/'],
    ['a password', 'https://:secret@example.com/'],
    ['a fragment', 'https://example.com/#top'],
    ['an empty fragment', 'https://example.com/#'],
    ['no host', 'https://'],
    ['a port out of range', 'https://example.com:70000/'],
    ['more than 2,048 characters', `https://example.com/${'a'.repeat(2_048)}`],
  ])('refuses a URL that is or has %s', (_, url) => {
    expect(faults({ url }, minimal)).toEqual(['/url']);
  });

  it.each(['Host', 'content-length', 'Content-Type', 'transfer-encoding', 'CONNECTION', 'te', 'Expect', 'User-Agent', 'Proxy-Authorization', 'webhook-id', 'Webhook-Signature', 'webhook-anything', 'ce-id', 'Expo-Signature', 'X-Signature', 'x-buildpixel-signature'])(
    'refuses the header %s, which Buildwire sets itself',
    (name) => {
      expect(faults({ headers: { [name]: 'x' } }, minimal)).toEqual([`/headers/${name}`]);
    },
  );

  it.each(['a b', 'a:b', '', 'naïve', 'x\r\ny', 'a'.repeat(101)])('refuses %j as a header name', (name) => {
    expect(faults({ headers: { [name]: 'x' } }, minimal)).toEqual([`/headers/${name}`]);
  });

  it.each(['one\r\nX-Injected: two', 'one\ntwo', 'one\n', 'tab\there', 'naïve', '\u0000', 'a'.repeat(1_001)])('refuses %j as the value of a header', (value) => {
    expect(faults({ headers: { authorization: value } }, minimal)).toEqual(['/headers/authorization']);
  });

  it('takes twenty headers of the caller’s own, and no more', () => {
    const headers = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`X-Team-${index}`, 'games']));
    expect(faults({ headers: headers(20) }, minimal)).toEqual([]);
    expect(faults({ headers: headers(21) }, minimal)).toEqual(['/headers']);
  });

  it('takes one to a hundred event patterns', () => {
    expect(faults({ events: [] }, minimal)).toEqual(['/events']);
    expect(faults({ events: Array.from({ length: 100 }, () => 'build.*') }, minimal)).toEqual([]);
    expect(faults({ events: Array.from({ length: 101 }, () => 'build.*') }, minimal)).toEqual(['/events']);
    expect(faults({ events: ['build.*', 'build.exploded'] }, minimal)).toEqual(['/events/1']);
  });

  it('refuses what it does not know, so that a misspelt key is not lost', () => {
    expect(faults({ evnets: ['*'], retry: { scheduel: [1], schedule: [1] } }, minimal)).toEqual(['/evnets', '/retry/scheduel']);
  });

  it.each([
    [{ retry: { schedule: [] } }, []],
    [{ retry: { schedule: [0.1, 604_800] } }, []],
    [{ retry: { schedule: [0] } }, ['/retry/schedule/0']],
    [{ retry: { schedule: Array.from({ length: 31 }, () => 60) } }, ['/retry/schedule']],
    [{ retry: {} }, []],
    [{ retry: { permanent: [410, 422] } }, []],
    [{ retry: { permanent: [200] } }, ['/retry/permanent/0']],
    [{ limits: { perSecond: 0 } }, ['/limits/perSecond']],
    [{ success: '200-399' }, []],
    [{ success: '3xx' }, ['/success']],
    [{ signing: { scheme: 'none', standardWebhooks: false } }, []],
    [{ signing: { scheme: 'md5' } }, ['/signing/scheme']],
    [{ limits: { timeoutMs: 30_000 } }, []],
    [{ limits: { timeoutMs: 30_001 } }, ['/limits/timeoutMs']],
    [{ limits: { timeoutMs: 99 } }, ['/limits/timeoutMs']],
    [{ name: '   ' }, ['/name']],
    [{ appId: '' }, ['/appId']],
    [{ format: 'telegram' }, ['/format']],
  ])('judges %j', (change, expected) => {
    expect(faults(change, minimal)).toEqual(expected);
  });
});

describe('what of a new webhook must fit together', () => {
  const discord = { format: 'discord', url: 'https://discord.com/api/webhooks/1/abc' };

  it('gives a chat format no dialect', () => {
    expect(createWebhook.parse({ ...minimal, ...discord })).toMatchObject({ format: 'discord', dialect: null });
  });

  it.each([
    [{ ...discord, dialect: null }, []],
    [{ ...discord, dialect: 'buildwire' }, ['/dialect']],
    [{ ...discord, secret: 'x'.repeat(16) }, ['/secret']],
    [{ ...discord, signing: { standardWebhooks: true } }, ['/signing']],
    [{ ...discord, options: { mentions: ['user:1'], showSuperseded: true, showCanceled: false, threadName: 'Builds' } }, []],
    [{ ...discord, options: { mentions: ['role:2', 'U024BE7LH', 'user:'] } }, ['/options/mentions/1', '/options/mentions/2']],
    [{ format: 'slack', options: { mentions: ['U024BE7LH', 'S0614TZR7', '@here'] } }, ['/options/mentions/2']],
    [{ format: 'teams', options: { mentions: ['ada@example.com', 'ada'] } }, ['/options/mentions/1']],
    [{ format: 'slack', options: { threadName: 'Builds' } }, ['/options/threadName']],
    [{ dialect: null }, ['/dialect']],
    [{ options: { mentions: ['U1'], showCanceled: true, showSuperseded: true } }, ['/options/mentions', '/options/showCanceled', '/options/showSuperseded']],
    [{ options: { cloudEventsMode: 'binary' } }, ['/options/cloudEventsMode']],
    [{ dialect: 'cloudevents', options: { cloudEventsMode: 'binary' } }, []],
    [{ url: discord.url }, ['/format']],
    [{ ...discord, format: 'slack' }, ['/format']],
    [{ url: 'https://hooks.slack.com/services/T1/B1/x' }, ['/format']],
    [{ url: 'https://hooks.slack.com/triggers/T1/1/x' }, []],
    [{ url: 'https://prod-1.westeurope.logic.azure.com/workflows/1/triggers/manual/paths/invoke?sig=x' }, []],
    [{ format: 'teams', url: 'https://contoso.webhook.office.com/webhookb2/1/IncomingWebhook/2' }, ['/url']],
    [{ url: 'https://outlook.office.com/webhook/1' }, ['/url']],
    [{ format: 'slack', url: 'https://mattermost.example/hooks/1' }, []],
    [{ secret: 'whsk_' + 'A'.repeat(44) }, ['/secret']],
    [{ signing: { scheme: 'standard-webhooks-ed25519' } }, []],
    [{ signing: { scheme: 'standard-webhooks-ed25519' }, secret: 'x'.repeat(32) }, ['/secret']],
    [{ signing: { scheme: 'standard-webhooks-ed25519' }, secret: 'whsk_' + 'A'.repeat(44) }, []],
  ])('judges %j', (change, expected) => {
    expect(faults(change, minimal)).toEqual(expected);
  });
});

describe('changing a webhook', () => {
  it('changes only what is given: nothing gets its default back', () => {
    expect(updateWebhook.parse({ active: false })).toEqual({ active: false });
    expect(updateWebhook.parse({ appId: null, retry: null })).toEqual({ appId: null, retry: null });
  });

  it('refuses a change of nothing, or of what it does not know', () => {
    expect(updateWebhook.safeParse({}).success).toBe(false);
    expect(updateWebhook.safeParse({ id: 'whk_01JTX4N1PCC4R7V3A5YQ9H2K8M' }).success).toBe(false);
  });
});

function faults(change: object, rest: object = {}): string[] {
  const result = createWebhook.safeParse({ ...rest, ...change });
  return result.success ? [] : faultsOf(result.error).map(({ pointer }) => pointer).sort();
}
