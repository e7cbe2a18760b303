import { eventTypes, exampleEvent } from '@buildwire/contracts';
import type { Event, EventType } from '@buildwire/contracts';
import { describe, expect, it } from 'vitest';
import type { Renderer } from '../rendering.js';
import { completed, context, payloadOf } from '../spec-support/events.js';
import { buildpixel } from './buildpixel.js';
import { capawesome } from './capawesome.js';
import { eas } from './eas.js';
import { expo } from './expo.js';

/*
 * Which product tells of which event, and by what name: section 2.4 of the formats reference, row by row. The bodies of
 * Expo and EAS do not name their event, so the status stands for it, with the EAS event that its keys give away.
 */

type Row = [expo: string | null, eas: string | null, capawesome: string | null, buildpixel: string | null];

const NOBODY: Row = [null, null, null, null];
const MATRIX: Record<EventType, Row> = {
  'build.created': [null, null, 'app_build_created', 'build.created'],
  'build.queued': NOBODY,
  'build.started': [null, null, null, 'build.running'],
  'build.finished': ['finished', 'BUILD finished', null, 'build.complete'],
  'build.failed': ['errored', 'BUILD errored', null, 'build.failed'],
  'build.canceled': [null, 'BUILD canceled', null, null],
  'build.superseded': [null, 'BUILD canceled', null, 'build.superseded'],
  'job.created': [null, null, 'job_created', null],
  'job.queued': NOBODY,
  'job.started': NOBODY,
  'job.finished': [null, null, 'job_finished', null],
  'deployment.created': [null, null, 'app_deployment_created', null],
  'deployment.started': NOBODY,
  'deployment.finished': [null, 'SUBMIT finished', null, null],
  'deployment.failed': [null, 'SUBMIT errored', null, null],
  'deployment.canceled': [null, 'SUBMIT canceled', null, null],
  'webhook.failing': NOBODY,
  'webhook.disabled': NOBODY,
  'webhook.circuit.opened': NOBODY,
  'webhook.circuit.closed': NOBODY,
  'delivery.exhausted': NOBODY,
};
const rows = Object.entries(MATRIX).map(([type, row]) => [type as EventType, ...row] as const);

const renderers = { expo, eas, capawesome, buildpixel };

describe('the matrix of events and dialects', () => {
  it('has a row for every event type', () => {
    expect(Object.keys(MATRIX)).toEqual(Object.keys(eventTypes));
  });

  it.each(rows)('%s for Android, or to its store: expo %s, eas %s, capawesome %s, buildpixel %s', (type, ...row) => {
    const event = onAndroid(completed(exampleEvent(type)));
    expect([expoName(event), easName(event), nameOf(capawesome, event, 'event'), nameOf(buildpixel, event, 'type')]).toEqual(row);
  });

  it.each(rows)('%s as its example gives it: capawesome and buildpixel tell of every platform', (type, _expo, _eas, ...row) => {
    const event = completed(exampleEvent(type));
    expect([nameOf(capawesome, event, 'event'), nameOf(buildpixel, event, 'type')]).toEqual(row);
  });

  it.each(rows.filter(([type]) => type.startsWith('build.')))('%s of a desktop build is nothing that expo or eas could tell', (type) => {
    const event = completed(exampleEvent(type));
    expect(['windows', 'linux']).toContain(event.build?.platform);
    expect([expoName(event), easName(event)]).toEqual([null, null]);
  });

  it.each(Object.keys(renderers) as (keyof typeof renderers)[])('gives a reason in %s that names the dialect, the event type and a way out', (dialect) => {
    const reasons = rows.map(([type]) => ({ type, rendering: renderers[dialect](onAndroid(completed(exampleEvent(type))), context) }));
    const skipped = reasons.filter(({ rendering }) => rendering.kind === 'skipped');
    expect(skipped.length).toBeGreaterThan(8);
    for (const { type, rendering } of skipped) {
      expect(rendering).toMatchObject({ reason: expect.stringMatching(new RegExp(`^The ${dialect} dialect has no words for ${type}, only for .+ Leave ${type} out .+ choose another dialect`)) });
    }
  });
});

function expoName(event: Event): string | null {
  return nameOf(expo, event, 'status');
}

function easName(event: Event): string | null {
  const status = nameOf(eas, event, 'status');
  if (status === null) return null;
  return `${'buildDetailsPageUrl' in payloadOf(eas, event) ? 'BUILD' : 'SUBMIT'} ${status}`;
}

function nameOf(renderer: Renderer, event: Event, key: string): string | null {
  if (renderer(event, context).kind === 'skipped') return null;
  return String(payloadOf(renderer, event)[key]);
}

function onAndroid(event: Event): Event {
  const build = event.build && { ...event.build, platform: 'android' };
  const deployment = event.deployment && { ...event.deployment, kind: 'store' as const, platform: 'android' };
  return { ...event, build, deployment };
}
