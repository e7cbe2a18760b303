import { subjectKindOf } from '@buildwire/contracts';
import type { Build, ProducedEvent, User } from '@buildwire/contracts';
import { duration, durationBetween } from './duration.js';
import { firstLine, oneLine } from './text.js';

/** What can be told in one short line. At least one of code and text is there, and neither is empty. */
export interface Fact {
  name: string;
  /** An exact thing: shown in a fixed-width font. */
  code?: string;
  text?: string;
  /** We wrote it, or checked each character: no one can hide markup in it. */
  safe: boolean;
}

const MAX_VALUE = 100;
const SHA_LENGTH = 7;
const SHA = /^[\da-f]{7,}$/i;

/** The facts that the event knows, in the order of reading: at most six, because more are not read. */
export function factsOf(event: ProducedEvent): Fact[] {
  const source = event.build?.source;
  const ref = source?.refType === 'tag' ? code('Tag', source.ref) : (code('Branch', source?.branch) ?? code('Branch', source?.ref));
  const common = [ref, commit(source)];
  return [...common, ...ownFacts(event)].filter((fact) => fact !== undefined);
}

/** The first line of the commit's message. */
export function commitSubject(event: ProducedEvent): string | undefined {
  return firstLine(event.build?.source?.message, MAX_VALUE);
}

/** A person's name for people; ids tell them nothing. */
export function nameOf(user: User | undefined): string | undefined {
  return oneLine(user?.name, MAX_VALUE) ?? oneLine(user?.username, MAX_VALUE);
}

function ownFacts(event: ProducedEvent): (Fact | undefined)[] {
  switch (subjectKindOf(event.type)) {
    case 'build':
      return buildFacts(event);
    case 'job':
      return jobFacts(event);
    case 'deployment':
      return deploymentFacts(event);
  }
}

function buildFacts({ build, actor }: ProducedEvent): (Fact | undefined)[] {
  return [
    ours('Duration', duration(build?.timing?.durationMs)),
    text('Triggered by', nameOf(build?.initiator) ?? nameOf(actor) ?? build?.trigger),
    text('Environment', build?.environment?.name) ?? text('Profile', build?.profile),
    text('Version', versionOf(build)),
  ];
}

function jobFacts({ job, actor }: ProducedEvent): (Fact | undefined)[] {
  const timing = job?.timing;
  return [
    ours('Queue time', durationBetween(timing?.queuedAt ?? timing?.createdAt, timing?.startedAt)),
    ours('Run time', duration(timing?.durationMs)),
    text('Triggered by', nameOf(job?.initiator) ?? nameOf(actor)),
    text('Stack', job?.stack),
  ];
}

function deploymentFacts({ deployment, actor }: ProducedEvent): (Fact | undefined)[] {
  const rollout = deployment?.rollout;
  return [
    ours('Duration', duration(deployment?.timing?.durationMs)),
    text('Triggered by', nameOf(deployment?.initiator) ?? nameOf(actor)),
    text('Channel', deployment?.channel?.name) ?? text('Destination', deployment?.destination?.name),
    ours('Rollout', rollout === undefined ? undefined : `${Math.round(rollout * 100)}%`),
  ];
}

function commit(source: Build['source']): Fact | undefined {
  const sha = oneLine(source?.sha, MAX_VALUE);
  const subject = firstLine(source?.message, MAX_VALUE);
  const short = sha === undefined ? undefined : Array.from(sha).slice(0, SHA_LENGTH).join('');
  if (short === undefined) return text('Commit', subject);
  return { name: 'Commit', code: short, ...(subject === undefined ? {} : { text: subject }), safe: SHA.test(sha ?? '') };
}

/** Producers name the version of the app in their own ways. */
function versionOf(build: Build | undefined): string | undefined {
  const { appVersion, version, appBuildVersion } = build?.metadata ?? {};
  const name = oneLine(appVersion, MAX_VALUE) ?? oneLine(version, MAX_VALUE);
  const number = oneLine(appBuildVersion, MAX_VALUE);
  return name === undefined || number === undefined ? name : `${name} (${number})`;
}

export function code(name: string, value: string | undefined): Fact | undefined {
  const line = oneLine(value, MAX_VALUE);
  return line === undefined ? undefined : { name, code: line, safe: false };
}

export function text(name: string, value: string | undefined): Fact | undefined {
  const line = oneLine(value, MAX_VALUE);
  return line === undefined ? undefined : { name, text: line, safe: false };
}

export function ours(name: string, value: string | undefined): Fact | undefined {
  return value === undefined ? undefined : { name, text: value, safe: true };
}
