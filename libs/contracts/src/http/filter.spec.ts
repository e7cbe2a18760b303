import { describe, expect, it } from 'vitest';
import { dryRun } from './dry-run.js';
import { filter } from './filter.js';
import { faultsOf } from './validate.js';

describe('a filter', () => {
  it('may name any of its conditions, or none', () => {
    const all = { automationIds: ['aut_1'], platforms: ['ios'], branches: ['main', '!release/*'], buildTypes: ['release'], expression: 'true', statusChanged: ['failed', 'fixed'] };
    expect(filter.parse(all)).toEqual(all);
    expect(filter.parse({})).toEqual({});
  });

  it.each([
    [{ colour: ['red'] }, '/colour'],
    [{ platforms: [] }, '/platforms'],
    [{ platforms: Array.from({ length: 51 }, () => 'ios') }, '/platforms'],
    [{ platforms: 'ios' }, '/platforms'],
    [{ platforms: [''] }, '/platforms/0'],
    [{ buildTypes: ['x'.repeat(201)] }, '/buildTypes/0'],
    [{ branches: ['main', ''] }, '/branches/1'],
    [{ branches: ['!'] }, '/branches/0'],
    [{ branches: ['!!main'] }, '/branches/0'],
    [{ branches: ['x'.repeat(201)] }, '/branches/0'],
    [{ expression: ' \n' }, '/expression'],
    [{ expression: '1'.repeat(2_001) }, '/expression'],
    [{ statusChanged: ['broken'] }, '/statusChanged/0'],
  ])('is refused as %j', (value, pointer) => {
    const result = filter.safeParse(value);
    expect(result.success ? [] : faultsOf(result.error).map((fault) => fault.pointer)).toEqual([pointer]);
  });
});

describe('a dry run', () => {
  it('looks at the latest hundred events, of all apps, unless told otherwise', () => {
    expect(dryRun.parse({ events: ['*'] })).toEqual({ events: ['*'], appId: null, filter: null, limit: 100 });
    expect([0, 501, 1.5].map((limit) => dryRun.safeParse({ events: ['*'], limit }).success)).toEqual([false, false, false]);
  });
});
