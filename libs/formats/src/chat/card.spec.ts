import { eventTypes, exampleEvent, seedExamples } from '@buildwire/contracts';
import type { Event, EventType } from '@buildwire/contracts';
import { describe, expect, it } from 'vitest';
import { completed, context } from '../spec-support/events.js';
import { cardOf } from './card.js';
import { headlineOf } from './headline.js';
import { hiddenBecause } from './hidden.js';

const GREEN = 0x2eb67d;
const RED = 0xe01e5a;
const YELLOW = 0xecb22e;
const BLUE = 0x1264a3;
const GREY = 0x868e96;

/** By event type: emoji, colour, style of the Teams band, headline, names of the facts, links. */
const cards: Record<EventType, [string, number, string, string, string[], string[]]> = {
  'build.created': ['🆕', BLUE, 'accent', 'Build created · MyGame · Win64 Development #1842', ['Branch', 'Commit', 'Triggered by', 'Environment'], ['View build']],
  'build.queued': ['⏳', GREY, 'emphasis', 'Build queued · MyGame · Win64 Development #1842', ['Branch', 'Commit', 'Triggered by', 'Environment'], ['View build']],
  'build.started': ['🔨', YELLOW, 'warning', 'Build running · MyGame · Win64 Development #1842', ['Branch', 'Commit', 'Triggered by', 'Environment'], ['View build']],
  'build.finished': ['✅', GREEN, 'good', 'Build complete · MyGame · Win64 Development #1842', ['Branch', 'Commit', 'Duration', 'Triggered by', 'Environment'], ['View build', 'Download']],
  'build.failed': ['❌', RED, 'attention', 'Build failed · MyGame · Win64 Development #1843', ['Branch', 'Commit', 'Duration', 'Triggered by', 'Environment'], ['View logs']],
  'build.canceled': ['🚫', GREY, 'emphasis', 'Build canceled by Ben Okafor · MyGame · Linux Shipping #1844', [], ['View build']],
  'build.superseded': ['⏭️', GREY, 'emphasis', 'Build superseded by #1846 · MyGame · Win64 Development #1845', [], ['View build']],
  'job.created': ['🆕', BLUE, 'accent', 'Job created · build-ios #311 · Trailmate', ['Triggered by', 'Stack'], []],
  'job.queued': ['⏳', GREY, 'emphasis', 'Job queued · build-ios #311 · Trailmate', ['Triggered by', 'Stack'], []],
  'job.started': ['🔨', YELLOW, 'warning', 'Job running · build-ios #311 · Trailmate', ['Queue time', 'Triggered by', 'Stack'], []],
  'job.finished': ['✅', GREEN, 'good', 'Job succeeded · build-ios #311 · Trailmate', ['Branch', 'Commit', 'Queue time', 'Run time', 'Triggered by', 'Stack'], ['View build']],
  'deployment.created': ['🚀', BLUE, 'accent', 'Deploying to production · Trailmate · Web', ['Triggered by', 'Channel', 'Rollout'], ['View deployment']],
  'deployment.started': ['🚀', YELLOW, 'warning', 'Deployment running · Trailmate · Web', ['Triggered by', 'Channel', 'Rollout'], ['View deployment']],
  'deployment.finished': ['🎉', GREEN, 'good', 'Deployed to production · Trailmate · Web', ['Duration', 'Triggered by', 'Channel', 'Rollout'], ['View deployment']],
  'deployment.failed': ['❌', RED, 'attention', 'Deployment failed · Trailmate · iOS', ['Duration', 'Triggered by', 'Destination'], ['View logs']],
  'deployment.canceled': ['🚫', GREY, 'emphasis', 'Deployment canceled by Ada Lindqvist · Trailmate · Web', [], ['View deployment']],
  'webhook.failing': ['⚠️', YELLOW, 'warning', 'Webhook failing · Build dashboard', ['Endpoint', 'Reason', 'Failing since', 'Failures in a row', 'Will be disabled'], []],
  'webhook.disabled': ['⛔', RED, 'attention', 'Webhook disabled · Build dashboard', ['Endpoint', 'Reason', 'Failing since', 'Failures in a row'], []],
  'webhook.circuit.opened': ['🔌', YELLOW, 'warning', 'Webhook circuit opened · Build dashboard', ['Endpoint', 'Reason', 'Failing since', 'Failures in a row', 'Next try'], []],
  'webhook.circuit.closed': ['✅', GREEN, 'good', 'Webhook circuit closed · Build dashboard', ['Endpoint', 'Reason'], []],
  'delivery.exhausted': ['❌', RED, 'attention', 'Delivery exhausted · Build dashboard', ['Endpoint', 'Reason', 'Event', 'Delivery', 'Attempts', 'Last status'], []],
};

const seedHeadlines: Record<string, string> = {
  'appflow-package': 'Build complete · Awesome App · Android debug',
  'appflow-web': 'Build complete · Awesome App · Web',
  'buildpixel-complete': 'Build complete · MyGame · Win64 Development',
  'buildpixel-created': 'Build created · MyGame · Win64 Development',
  'buildpixel-failed': 'Build failed · MyGame · Win64 Development',
  'buildpixel-running': 'Build running · MyGame · Win64 Development',
  'buildpixel-superseded': 'Build superseded · MyGame · Win64 Development',
  'capawesome-job-finished': 'Job canceled · build · 70922e93-0944-48cc-a560-61135ab291ad',
  'eas-build-errored': 'Build failed · example · Android',
  'eas-build-finished': 'Build complete · example · Android',
  'eas-submit-errored': 'Deployment failed · example · Android',
  'eas-submit-finished': 'Deployed · example · Android',
  'expo-errored': 'Build failed · awesomeApp · iOS',
  'expo-finished': 'Build complete · awesomeApp · Android',
};

describe('the card', () => {
  it.each(Object.keys(eventTypes) as EventType[])('of %s says in the first line how it went, and of what', (type) => {
    const card = cardOf(completed(exampleEvent(type)), context);
    const { emoji, color, style } = card.outcome.look;
    expect([emoji, color, style, headlineOf(card), card.facts.map(({ name }) => name), card.links.map(({ label }) => label)]).toEqual(cards[type]);
  });

  it.each(seedExamples())("of another product's event $name says as much as is known", ({ name, event }) => {
    expect(headlineOf(cardOf(completed(event), context))).toBe(seedHeadlines[name]);
  });

  it.each([
    ['failed', '❌', 'Job failed'],
    ['timed_out', '⏱️', 'Job timed out'],
    ['rejected', '❌', 'Job rejected'],
    ['canceled', '🚫', 'Job canceled'],
  ] as const)('of a job that ended as %s says so', (state, emoji, title) => {
    const event = completed(exampleEvent('job.finished'));
    const { outcome } = cardOf({ ...event, job: { id: 'job_1', state } }, context);
    expect(outcome).toMatchObject({ title, look: { emoji }, failed: state !== 'canceled' });
  });

  it('tells how a build failed', () => {
    const event = completed(exampleEvent('build.failed'));
    const titles = (['failed', 'timed_out', 'rejected'] as const).map((state) => cardOf({ ...event, build: { id: 'b', state } }, context).outcome.title);
    expect(titles).toEqual(['Build failed', 'Build timed out', 'Build rejected']);
  });

  it('has its facts in a fixed order, the short commit and the first line of its message among them', () => {
    expect(cardOf(completed(exampleEvent('build.finished')), context).facts).toEqual([
      { name: 'Branch', code: 'main', safe: false },
      { name: 'Commit', code: 'a1b2c3d', text: 'Fix lighting in level 3', safe: true },
      { name: 'Duration', text: '12m 43s', safe: true },
      { name: 'Triggered by', text: 'Ada Lindqvist', safe: false },
      { name: 'Environment', text: 'ci', safe: false },
    ]);
  });

  it('has six facts of an event that knows everything', () => {
    const event = exampleEvent('build.finished');
    const build = { id: 'b', ...event.build, environment: undefined, profile: 'nightly', metadata: { appVersion: '1.0.2', appBuildVersion: '6' } } as Event['build'];
    const { facts } = cardOf({ ...completed(event), build }, context);
    expect(facts).toHaveLength(6);
    expect(facts.slice(4)).toEqual([
      { name: 'Profile', text: 'nightly', safe: false },
      { name: 'Version', text: '1.0.2 (6)', safe: false },
    ]);
  });

  it('shows the first eight lines of an error, and at most a thousand characters', () => {
    const withError = (message: string) => cardOf(failedWith(message), context).errorLines;
    expect(withError('one\n\n two \r\nthree')).toBe('one\n two\nthree');
    expect(withError(Array.from({ length: 20 }, (_, index) => `line ${index}`).join('\n'))?.split('\n').at(-1)).toBe('line 7 …');
    expect(Array.from(withError('🦊'.repeat(5_000)) ?? '')).toHaveLength(1_000);
  });

  it('offers the download through our own address, for a day from the acceptance of the event', () => {
    const event = completed(exampleEvent('build.finished'));
    const card = cardOf(event, context);
    expect(card.links[1]).toEqual({ label: 'Download', url: context.downloadUrl({ url: event.build?.artifacts?.[0]?.url ?? '' }) });
    expect(card.downloadUntil).toBe(Math.floor(Date.parse(event.receivedAt) / 1_000) + 86_400);
  });

  it('shows no error of what did not fail, and no download that lies elsewhere than on the web', () => {
    const event = completed(exampleEvent('build.finished'));
    const build = { id: 'b', state: 'succeeded' as const, error: { message: 'flaky' }, artifacts: [{ url: 's3://bucket/a.zip', primary: true }] };
    const card = cardOf({ ...event, build }, context);
    expect(card).not.toHaveProperty('errorLines');
    expect(card).not.toHaveProperty('downloadUntil');
    expect(card.links).toEqual([]);
  });

  it('drops what is empty, and links nowhere but to the web', () => {
    const build = { id: 'b', state: 'failed' as const, platform: 'ios', type: ' ', detailsUrl: 'javascript:alert(1)', logs: { url: 'file:///etc/passwd' }, initiator: { name: '\u200b', username: '' }, source: { branch: '', ref: '', sha: '', message: '\n' }, error: { message: '\n\n', code: 'E1' } };
    const card = cardOf({ ...completed(exampleEvent('build.failed')), actor: undefined, build }, context);
    expect(card).toMatchObject({ facts: [], links: [], errorLines: 'E1', variant: 'iOS' });
    expect(card).not.toHaveProperty('detailsUrl');
    expect(card).not.toHaveProperty('commitSubject');
  });

  it('tells which build goes where, once', () => {
    const event = completed(exampleEvent('deployment.finished'));
    expect(headlineOf(cardOf({ ...event, build: { id: 'b', number: 208 } }, context))).toBe('Deployed #208 to production · Trailmate · Web');
    expect(headlineOf(cardOf({ ...event, type: 'deployment.started', build: { id: 'b', number: 208 } }, context))).toBe('Deployment running · Trailmate · Web #208');
  });

  it('leads from a superseded build to the newer one if the event knows where it is', () => {
    const event = completed(exampleEvent('build.superseded'));
    const supersededBy = { id: 'b2', number: 7, detailsUrl: 'https://ci.example/7' };
    const card = cardOf({ ...event, build: { id: 'b', ...event.build, supersededBy } }, context);
    expect(card.links).toEqual([{ label: 'View newer build', url: 'https://ci.example/7' }]);
    expect(card.detail).toBe('by #7');
  });
});

describe('a channel', () => {
  it('is spared superseded builds unless the owner wants to see them', () => {
    const event = completed(exampleEvent('build.superseded'));
    expect(hiddenBecause(event, { showCanceled: true })).toBe('superseded builds are hidden; set options.showSuperseded');
    expect(hiddenBecause(event, { showSuperseded: true })).toBeUndefined();
  });

  it.each(['build', 'deployment'] as const)('is spared canceled %ss unless the owner wants to see them', (kind) => {
    const event = completed(exampleEvent(`${kind}.canceled`));
    expect(hiddenBecause(event, { showSuperseded: true })).toBe(`canceled ${kind}s are hidden; set options.showCanceled`);
    expect(hiddenBecause(event, { showCanceled: true })).toBeUndefined();
  });

  it('is spared canceled jobs, but no others', () => {
    const event = completed(exampleEvent('job.finished'));
    expect(hiddenBecause({ ...event, job: { id: 'j', state: 'canceled' } }, {})).toBe('canceled jobs are hidden; set options.showCanceled');
    expect(hiddenBecause(event, {})).toBeUndefined();
  });
});

function failedWith(message: string): Event {
  const event = completed(exampleEvent('build.failed'));
  return { ...event, build: { id: 'b', ...event.build, error: { message } } };
}
