import { describe, expect, it } from 'vitest';
import { countsOfStatus } from './counted.js';

describe('countsOfStatus', () => {
  it.each([
    [200, 'success'], [204, 'success'], [299, 'success'],
    [302, 'alive'], [400, 'alive'], [404, 'alive'], [410, 'alive'],
    [429, 'neither'],
    [500, 'failure'], [503, 'failure'], [599, 'failure'],
  ])('takes %i for %s', (statusCode, counts) => {
    expect(countsOfStatus(statusCode)).toBe(counts);
  });
});
