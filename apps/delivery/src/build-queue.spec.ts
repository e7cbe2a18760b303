import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOLD_LIMIT_MS, fatesOf } from './build-queue.js';
import type { Fate, Queued, Told } from './build-queue.js';

const started = (over: Partial<Queued> = {}) => queued({ deliveryId: 'started', rank: 2, eventType: 'build.started', ...over });
const finished = (over: Partial<Queued> = {}) => queued({ deliveryId: 'finished', rank: 3, eventType: 'build.finished', ...over });
const toldFinished: Told = { rank: 3, eventType: 'build.finished' };
const retry = { isDue: false, isRetry: true, dueInMs: 60_000 };

describe('a webhook that asks for order', () => {
  it('gets the earliest state first, and the next when that has ended', () => {
    expect(fates([finished(), started()])).toEqual({ started: { kind: 'send' }, finished: { kind: 'hold', forMs: 1_000, anew: false } });
    expect(fates([finished()])).toEqual({ finished: { kind: 'send' } });
  });

  it('gets no state after a later one', () => {
    expect(fates([started()], toldFinished)).toEqual({ started: { kind: 'cancel', reason: 'overtaken by a later state of its build' } });
  });

  it.each(['claimed', 'sent'] as const)('waits for what is %s, however long', (state) => {
    expect(fates([started({ state, isDue: false }), finished({ heldForMs: 10 * HOLD_LIMIT_MS })]).finished).toMatchObject({ kind: 'hold' });
  });

  it('waits until the retry of an earlier state is over', () => {
    expect(fates([started(retry), finished()])).toEqual({ finished: { kind: 'hold', forMs: 61_000, anew: false } });
  });

  it('is not held up by a delivery that keeps failing for more than an hour', () => {
    const waits = { heldForMs: HOLD_LIMIT_MS - 5_000 };
    expect(fates([started(retry), finished(waits)])).toEqual({ finished: { kind: 'hold', forMs: 5_000, anew: false } });
    expect(fates([started(retry), finished({ heldForMs: HOLD_LIMIT_MS })])).toEqual({ finished: { kind: 'send' } });
  });

  it('overtakes nothing while deliveries are put off without an attempt', () => {
    const putOff = started({ isDue: false, isRetry: false, dueInMs: 60_000 });
    expect(fates([putOff, finished({ heldForMs: HOLD_LIMIT_MS })])).toMatchObject({ finished: { kind: 'hold', anew: true } });
  });
});

describe('a webhook that asks for the newest state only', () => {
  const supersedes = { ordered: false, supersedes: true };

  it('gets nothing that waits beside a newer state', () => {
    const { started: fate, finished: newest } = fates([started(supersedes), finished({ ...supersedes, isDue: false })]);
    expect(fate).toEqual({ kind: 'cancel', reason: 'superseded by build.finished' });
    expect(newest).toBeUndefined();
  });

  it('gets nothing that waits once a newer state was sent', () => {
    expect(fates([started(supersedes)], { rank: 3, eventType: 'build.failed' })).toEqual({ started: { kind: 'cancel', reason: 'superseded by build.failed' } });
  });

  it('gets the newer state beside the older one that is on its way', () => {
    expect(fates([started({ ...supersedes, state: 'sent', isDue: false }), finished(supersedes)])).toEqual({ finished: { kind: 'send' } });
  });

  it('gets it after the older one that is on its way if it asks for order too, and instead of one that waits', () => {
    const both = { ordered: true, supersedes: true };
    expect(fates([started({ ...both, state: 'sent', isDue: false }), finished(both)])).toMatchObject({ finished: { kind: 'hold' } });
    expect(fates([started({ ...both, ...retry }), finished(both)])).toEqual({ finished: { kind: 'send' } });
  });
});

describe('the queue of a build', () => {
  it('sends no two of one build at a time, nothing beside what is on its way, and nothing after a later state', () => {
    const state = fc.constantFrom('waiting', 'waiting', 'claimed', 'sent');
    const some = fc.uniqueArray(fc.record({ rank: fc.nat(9), state, due: fc.boolean(), held: fc.nat(2 * HOLD_LIMIT_MS) }), { selector: ({ rank }) => rank });
    fc.assert(
      fc.property(some, fc.option(fc.nat(9), { nil: undefined }), (rows, told) => {
        const queue = rows.map(({ rank, state, due, held }) => queued({ deliveryId: `d${rank}`, rank, state: state as Queued['state'], isDue: due && state === 'waiting', heldForMs: held }));
        const sent = Object.entries(fates(queue, told === undefined ? undefined : { rank: told, eventType: 'build.queued' })).filter(([, fate]) => fate.kind === 'send');
        const ranks = sent.map(([id]) => Number(id.slice(1)));
        const ahead = queue.filter(({ state, rank }) => state !== 'waiting' && rank < (ranks[0] ?? 0));
        return ranks.length <= 1 && ahead.length === 0 && ranks.every((rank) => told === undefined || rank >= told);
      }),
    );
  });
});

function fates(queue: readonly Queued[], told?: Told): Record<string, Fate> {
  return Object.fromEntries(fatesOf(queue, told));
}

function queued(over: Partial<Queued>): Queued {
  return { deliveryId: 'd', rank: 0, eventType: 'build.created', state: 'waiting', isDue: true, ordered: true, supersedes: false, isRetry: false, dueInMs: 0, heldForMs: undefined, ...over };
}
