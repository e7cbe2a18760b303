import { ArtifactLinks, exampleMessage } from '@buildwire/contracts';
import type { Event } from '@buildwire/contracts';
import { describe, expect, it } from 'vitest';
import { bodyOf, context, withoutLinks } from '../spec-support/events.js';
import { buildwire } from './buildwire.js';

const { event } = exampleMessage('event.accepted');

describe('the buildwire dialect', () => {
  it('is the payload that the example of delivery.rendered shows, byte for byte', () => {
    const { body, contentType, headers } = exampleMessage('delivery.rendered');
    const links = new ArtifactLinks('https://hooks.pixelforge.example', 'an example of a key and no secret');
    expect(buildwire(event, { ...context, downloadUrl: (artifact) => links.urlOf(event, artifact) })).toEqual({ kind: 'rendered', contentType, headers, body });
  });

  it('is { type, timestamp, data } in this order, as Standard Webhooks recommends', () => {
    const payload = payloadOf(event);
    expect(Object.keys(payload)).toEqual(['type', 'timestamp', 'data']);
    expect(payload).toMatchObject({ type: 'build.failed', timestamp: event.occurredAt });
  });

  it('says each thing once: data is the event without its type and time, and its artifacts have links', () => {
    const { type, occurredAt, ...rest } = event;
    expect(withoutLinks(payloadOf(event))).toEqual({ type, timestamp: occurredAt, data: rest });
  });

  it('orders the keys of data the same way, however the event came, and puts unknown ones last, as they came', () => {
    const given: Event = { zebra: 1, ext: { expo: {} }, ...event, automation: { id: 'aut_1' }, job: { id: 'job_1' }, deployment: { id: 'dep_1' }, actor: {}, aardvark: 2 };
    const backwards = Object.fromEntries(Object.entries(given).reverse()) as Event;
    const known = ['id', 'specVersion', 'receivedAt', 'source', 'subject', 'organization', 'app', 'actor', 'build', 'job', 'deployment', 'automation', 'ext'];
    expect(Object.keys(payloadOf(given).data)).toEqual([...known, 'zebra', 'aardvark']);
    expect(Object.keys(payloadOf(backwards).data)).toEqual([...known, 'aardvark', 'zebra']);
  });

  it('keeps text outside the basic plane as it is, and mends half a surrogate pair', () => {
    expect(bodyOf(buildwire, { ...event, note: 'github 🦊' })).toContain('"github 🦊"');
    expect(payloadOf({ ...event, note: 'a\ud83eb', path: 'C:\\ud800' }).data).toMatchObject({ note: 'a\ufffdb', path: 'C:\\ud800' });
  });

  it('passes on a key named __proto__ as a key', () => {
    const hostile = JSON.parse(`{"__proto__":{"polluted":true}}`) as object;
    expect(bodyOf(buildwire, { ...event, ...hostile, ext: { hostile } as Event['ext'] })).toContain('"ext":{"hostile":{"__proto__":{"polluted":true}}}');
  });
});

function payloadOf(of: Event): { data: Record<string, unknown> } {
  return JSON.parse(bodyOf(buildwire, of)) as { data: Record<string, unknown> };
}
