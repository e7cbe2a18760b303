import { eventType, matchesType } from '@buildwire/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OrganizationWebhooks } from './organization-webhooks.js';

const PATTERNS = ['*', 'build.*', '*.failed', 'build.failed', 'job.finished', 'deployment.created', 'webhook.*', 'webhook.circuit.*', 'delivery.exhausted'];
const APPS = ['app_a', 'app_b', 'app_c'];

describe("an organization's webhooks", () => {
  it('match by type, pattern and app', () => {
    const webhooks = filled({ all: ['*'], failures: ['*.failed'], builds: ['build.*'], one: ['job.finished', 'build.started'] });
    webhooks.put(target('ofApp', 'app_b'), ['*']);
    expect(idsOf(webhooks, 'build.failed', 'app_a')).toEqual(['all', 'builds', 'failures']);
    expect(idsOf(webhooks, 'build.started', 'app_b')).toEqual(['all', 'builds', 'ofApp', 'one']);
    expect(idsOf(webhooks, 'deployment.created', 'app_a')).toEqual(['all']);
  });

  it('match once, whatever number of patterns fit', () => {
    expect(idsOf(filled({ a: ['*', 'build.*', 'build.failed'] }), 'build.failed', 'app_a')).toEqual(['a']);
  });

  it('follow changes and removals', () => {
    const webhooks = filled({ a: ['build.*'], b: ['build.*'] });
    webhooks.put(target('a', 'app_b'), ['job.*']);
    webhooks.remove('b');
    webhooks.remove('never-there');
    expect(idsOf(webhooks, 'build.failed', 'app_b')).toEqual([]);
    expect(idsOf(webhooks, 'job.finished', 'app_b')).toEqual(['a']);
    expect(webhooks.size).toBe(1);
  });

  it('always match those that asking each of them would find', () => {
    const webhook = fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), appId: fc.constantFrom(null, ...APPS), events: fc.array(fc.constantFrom(...PATTERNS), { minLength: 1, maxLength: 3 }), removed: fc.boolean() });
    fc.assert(
      fc.property(fc.array(webhook, { maxLength: 30 }), fc.constantFrom(...eventType.options), fc.constantFrom(...APPS), (changes, type, app) => {
        const webhooks = new OrganizationWebhooks();
        const expected = new Map<string, (typeof changes)[number]>();
        for (const change of changes) {
          if (change.removed) webhooks.remove(change.id);
          else webhooks.put(target(change.id, change.appId), change.events);
          expected.set(change.id, change);
        }
        const wanted = [...expected.values()].filter(({ removed, appId, events }) => !removed && (appId ?? app) === app && events.some((pattern) => matchesType(pattern, type)));
        expect(idsOf(webhooks, type, app)).toEqual(wanted.map(({ id }) => id).sort());
      }),
    );
  });

  it('cost what they match, not how many there are', () => {
    const webhooks = new OrganizationWebhooks();
    for (let index = 0; index < 200_000; index++) webhooks.put(target(`whk_${index}`, index % 2 === 0 ? `app_${index}` : null), ['job.created']);
    webhooks.put(target('wanted', 'app_x'), ['build.failed']);
    const started = performance.now();
    let matches = 0;
    for (let index = 0; index < 2_000; index++) matches += webhooks.match('build.failed', 'app_x').length;
    expect(matches).toBe(2_000);
    // Looking at each webhook would take many seconds.
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

function filled(all: Record<string, string[]>): OrganizationWebhooks {
  const webhooks = new OrganizationWebhooks();
  for (const [id, events] of Object.entries(all)) webhooks.put(target(id, null), events);
  return webhooks;
}

function target(id: string, appId: string | null) {
  return { id, appId, filter: null, variant: { format: 'raw', dialect: 'buildwire', options: {} } } as const;
}

function idsOf(webhooks: OrganizationWebhooks, ...[type, app]: Parameters<OrganizationWebhooks['match']>): string[] {
  return webhooks.match(type, app).map(({ id }) => id).sort();
}
