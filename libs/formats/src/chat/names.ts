import { subjectKindOf } from '@buildwire/contracts';
import type { Build, Event, ProducedEvent } from '@buildwire/contracts';
import { nameOf } from './facts.js';
import { stateOf } from './outcome.js';
import { oneLine } from './text.js';

const MAX_NAME = 80;
const MAX_EVENT_ID = 200;

const platforms: Record<string, string> = {
  android: 'Android',
  ios: 'iOS',
  linux: 'Linux',
  macos: 'macOS',
  tvos: 'tvOS',
  visionos: 'visionOS',
  watchos: 'watchOS',
  web: 'Web',
  windows: 'Windows',
};

export function eventIdOf({ id }: Event): string {
  return oneLine(id, MAX_EVENT_ID) ?? '';
}

export function appNameOf({ app }: ProducedEvent): string {
  return oneLine(app.name, MAX_NAME) ?? oneLine(app.slug, MAX_NAME) ?? oneLine(app.id, MAX_NAME) ?? 'an app';
}

/** What of the app: platform and type of a build, the type of a job, the platform of a deployment. */
export function variantOf({ type, build, job, deployment }: ProducedEvent): string | undefined {
  switch (subjectKindOf(type)) {
    case 'build':
      return buildVariant(build);
    case 'job':
      return oneLine(job?.type, MAX_NAME) ?? oneLine(job?.kind, MAX_NAME);
    case 'deployment':
      return platformName(deployment?.platform ?? build?.platform);
  }
}

/** The number that people know it by, unless the detail has told it. */
export function numberOf(event: ProducedEvent): number | undefined {
  switch (subjectKindOf(event.type)) {
    case 'build':
      return event.build?.number;
    case 'job':
      return event.job?.number;
    case 'deployment':
      return tellsTarget(event) ? undefined : event.build?.number;
  }
}

/** What follows the outcome: who canceled it, what took its place, what goes where. */
export function detailOf(event: ProducedEvent): string | undefined {
  if (event.type === 'build.superseded') return after('by', newerNumber(event.build));
  if (stateOf(event) === 'canceled') return after('by', nameOf(event[subjectKindOf(event.type)]?.canceler) ?? nameOf(event.actor));
  return tellsTarget(event) ? targetOf(event) : undefined;
}

/** What goes where. */
function targetOf({ build, deployment }: ProducedEvent): string | undefined {
  const target = oneLine(deployment?.channel?.name, MAX_NAME) ?? oneLine(deployment?.destination?.name, MAX_NAME);
  return words(build?.number === undefined ? undefined : `#${build.number}`, after('to', target));
}

function buildVariant(build: Build | undefined): string | undefined {
  return words(oneLine(build?.platformRaw, MAX_NAME) ?? platformName(build?.platform), oneLine(build?.type, MAX_NAME));
}

function tellsTarget({ type }: ProducedEvent): boolean {
  return type === 'deployment.created' || type === 'deployment.finished';
}

/** Producers name the newer build by its id, or tell more about it. */
function newerNumber(build: Build | undefined): string | undefined {
  const newer = build?.supersededBy;
  const number = typeof newer === 'object' ? newer['number'] : undefined;
  return typeof number === 'number' ? `#${number}` : undefined;
}

function platformName(platform: string | undefined): string | undefined {
  const name = oneLine(platform, MAX_NAME);
  return name !== undefined && Object.hasOwn(platforms, name) ? platforms[name] : name;
}

function after(preposition: string, words: string | undefined): string | undefined {
  return words === undefined ? undefined : `${preposition} ${words}`;
}

function words(...parts: (string | undefined)[]): string | undefined {
  return parts.filter((part) => part !== undefined).join(' ') || undefined;
}
