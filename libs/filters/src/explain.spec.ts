import { matchRules } from '@buildwire/contracts';
import type { Filter } from '@buildwire/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accepts, compileFilter } from './compiled-filter.js';
import { explain } from './explain.js';
import { filterFaults } from './filter-faults.js';
import { anEvent } from './spec-support/an-event.js';

const deployment = anEvent({ type: 'deployment.finished', subject: { kind: 'deployment', id: 'd1' }, build: { source: undefined, platform: undefined, type: undefined }, deployment: { id: 'd1', platform: 'android' } });

describe('a filter', () => {
  it.each([
    [{}, true],
    [{ automationIds: ['aut_1', 'aut_2'] }, true],
    [{ automationIds: ['aut_2'] }, false],
    [{ platforms: ['android', 'ios'] }, true],
    [{ platforms: ['iOS'] }, false],
    [{ branches: ['release/*', 'main'] }, true],
    [{ branches: ['!main'] }, false],
    [{ buildTypes: ['release'] }, true],
    [{ buildTypes: ['debug'] }, false],
    [{ statusChanged: ['failed'] }, true],
    [{ statusChanged: ['fixed'] }, false],
    [{ statusChanged: ['fixed', 'failed'] }, true],
    [{ expression: 'event.build.number > 41' }, true],
    [{ expression: 'event.build.number > 42' }, false],
    [{ platforms: ['ios'], buildTypes: ['debug'] }, false],
  ] satisfies [Filter, boolean][])('%j judges a build of main that failed after one that passed', (filter, expected) => {
    const event = anEvent({ automation: { id: 'aut_1' } });
    expect(accepts(compileFilter(filter), { event, change: 'failed' })).toBe(expected);
  });

  it.each([
    [{ automationIds: ['aut_1'] }, 'the event does not say its automation'],
    [{ branches: ['!main'] }, 'the event does not say its branch'],
    [{ buildTypes: ['release'] }, 'the event does not say its build type'],
    [{ statusChanged: ['failed'] }, 'the event changes nothing: it is no build that failed after one that passed, or the other way about'],
    [{ expression: 'event.build.source.branch == "main"' }, 'the expression cannot be evaluated: No such key: source'],
    [{ expression: 'event.' }, 'the expression cannot be used: line 1, column 7: Expected IDENTIFIER, got EOF'],
  ] satisfies [Filter, string][])('%j lets nothing through that does not say', (filter, reason) => {
    expect(explained(filter)).toEqual({ matches: false, rules: [expect.objectContaining({ rule: 'events' }), { rule: Object.keys(filter)[0], passed: false, reason }] });
  });

  it('knows the platform of a deployment', () => {
    expect(explained({ platforms: ['android'] }).matches).toBe(true);
  });

  it('is faulty if its expression cannot be used', () => {
    expect(filterFaults({ platforms: ['ios'] })).toEqual([]);
    expect(filterFaults({ expression: 'event.type ==\n' })).toEqual([{ pointer: '/expression', detail: 'line 2, column 1: Unexpected token: EOF' }]);
  });
});

describe('the explanation of a match', () => {
  it('says what each setting says, in their order', () => {
    const filter = compileFilter({ expression: 'true', statusChanged: ['failed'], buildTypes: ['debug'], branches: ['main'], platforms: ['ios'], automationIds: ['aut_2'] });
    const { matches, rules } = explain({ events: ['job.*', '*.failed'], appId: 'app_2', filter }, { event: anEvent({ automation: { id: 'aut_1' } }), change: 'fixed' });
    expect(matches).toBe(false);
    expect(rules.map(({ rule }) => rule)).toEqual(matchRules);
    expect(rules).toEqual([
      { rule: 'events', passed: true, reason: '*.failed fits build.failed' },
      { rule: 'appId', passed: false, reason: 'the app is app_1' },
      { rule: 'automationIds', passed: false, reason: 'the automation "aut_1" is not wanted' },
      { rule: 'platforms', passed: true, reason: 'the platform "ios" is wanted' },
      { rule: 'branches', passed: true, reason: 'the branch "main" is wanted' },
      { rule: 'buildTypes', passed: false, reason: 'the build type "release" is not wanted' },
      { rule: 'statusChanged', passed: false, reason: 'the build passed after one that failed' },
      { rule: 'expression', passed: true, reason: 'the expression is true' },
    ]);
  });

  it('never contradicts the match itself', () => {
    const list = (...values: string[]) => fc.option(fc.subarray(values, { minLength: 1 }), { nil: undefined });
    const filter = fc.record({
      platforms: list('ios', 'android'),
      branches: list('main', 'release/*', '!main'),
      buildTypes: list('release', 'debug'),
      expression: fc.option(fc.constantFrom('event.build.number > 41', 'event.build.nothing', 'event.'), { nil: undefined }),
      statusChanged: fc.option(fc.subarray(['failed', 'fixed'] as const, { minLength: 1 }), { nil: undefined }),
    });
    const subject = fc.record({ event: fc.constantFrom(anEvent(), anEvent({ build: { number: 1, platform: 'android' } }), deployment), change: fc.constantFrom(null, 'failed', 'fixed') });
    fc.assert(
      fc.property(filter, subject, (raw, asked) => {
        const compiled = compileFilter(raw);
        return explain({ events: ['*'], appId: null, filter: compiled }, asked).matches === accepts(compiled, asked);
      }),
    );
  });
});

function explained(filter: Filter) {
  return explain({ events: ['*'], appId: null, filter: compileFilter(filter) }, { event: deployment, change: null });
}
