import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anEvent } from './spec-support/an-event.js';
import { followLine, outcomeOf } from './status-change.js';
import type { BuildOutcome } from './status-change.js';

describe('the outcome that an event tells', () => {
  it('is of the line of its app, branch, platform and build type', () => {
    expect(outcomeOf(anEvent())).toEqual({
      line: { appId: 'app_1', branch: 'main', platform: 'ios', buildType: 'release' },
      outcome: { passed: false, endedAt: '2026-05-10T14:23:44.000000Z', eventId: 'evt_1' },
    });
    const bare = anEvent({ type: 'build.finished', build: { platform: undefined, type: undefined, source: undefined } });
    expect(outcomeOf(bare)).toMatchObject({ line: { appId: 'app_1', branch: '', platform: '', buildType: '' }, outcome: { passed: true } });
  });

  it.each(['build.created', 'build.started', 'build.canceled', 'build.superseded', 'job.finished', 'deployment.failed'] as const)('is none of %s', (type) => {
    expect(outcomeOf(anEvent({ type }))).toBeUndefined();
  });

  it.each([
    ['the time the build finished', '2026-05-10T14:00:00.000001Z', '2026-05-10T14:00:00.000001Z'],
    ['the time of the event, if the build names none', undefined, '2026-05-10T14:23:44.000000Z'],
    ['… or none that can be read', 'yesterday', '2026-05-10T14:23:44.000000Z'],
    ['the time of receipt, if the clock of the build runs ahead', '2999-01-01T00:00:00.000000Z', '2026-05-10T14:23:45.123000Z'],
  ])('has %s', (_, finishedAt, expected) => {
    expect(outcomeOf(anEvent({ build: { timing: { finishedAt } } }))?.outcome.endedAt).toBe(expected);
  });
});

describe('a line of builds', () => {
  it.each([
    ['P', [null]],
    ['F', [null]],
    ['PF', [null, 'failed']],
    ['FP', [null, 'fixed']],
    ['PP', [null, null]],
    ['FF', [null, null]],
    ['PFFPPF', [null, 'failed', null, 'fixed', null, 'failed']],
  ])('that goes %s changes %j', (sequence, expected) => {
    expect(followLine(outcomesOf(sequence), undefined).changes).toEqual(expected);
  });

  it.each([
    ['a late failure changes nothing once a later build passed', [1, 3, 2], 'PFP', [null, null, null]],
    ['a late pass changes nothing while a later build failed', [1, 3, 2], 'FPF', [null, null, null]],
    ['the same event again changes nothing', [1, 2, 2, 1, 2], 'PF', [null, 'failed', null, null, null]],
  ])('%s', (_, arrivals, sequence, expected) => {
    const outcomes = outcomesOf(sequence);
    expect(followLine(arrivals.flatMap((number) => outcomes[number - 1] ?? []), undefined).changes).toEqual(expected);
  });

  it('comes to the same end in whatever order events arrive, and whoever is told hears it last', () => {
    const outcome = fc.record({ passed: fc.boolean(), endedAt: fc.integer({ min: 0, max: 5 }).map((second) => `2026-05-10T14:00:0${second}.000000Z`) });
    const sequence = fc.array(outcome, { minLength: 1, maxLength: 10 }).map((all) => all.map((each, index) => ({ ...each, eventId: `evt_${index}` })));
    const arrivals = sequence.chain((all) => fc.record({ all: fc.constant(all), arrived: fc.shuffledSubarray(all, { minLength: all.length }), repeated: fc.subarray(all) }));
    fc.assert(
      fc.property(arrivals, ({ all, arrived, repeated }) => {
        const { latest, changes } = followLine([...arrived, ...repeated], undefined);
        expect(latest).toEqual(followLine(all, undefined).latest);
        expect(changes.slice(all.length).every((change) => change === null)).toBe(true);
        const told = changes.filter((change) => change !== null);
        told.forEach((change, index) => expect(change).not.toBe(told[index - 1]));
        if (told.length > 0) expect(told.at(-1)).toBe(latest?.passed === true ? 'fixed' : 'failed');
      }),
    );
  });
});

/** `P` passes, `F` fails; a second apart. */
function outcomesOf(sequence: string): BuildOutcome[] {
  return [...sequence].map((letter, index) => ({ passed: letter === 'P', endedAt: `2026-05-10T14:00:0${index}.000000Z`, eventId: `evt_${index}` }));
}
