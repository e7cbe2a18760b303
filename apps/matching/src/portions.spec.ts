import { describe, expect, it } from 'vitest';
import { portions } from './portions.js';

describe('portions', () => {
  it('stay under the limit, keep the order, and let what is too large pass alone', () => {
    expect([...portions([3, 3, 4, 11, 1, 9, 2], (bytes) => bytes, 10)]).toEqual([[3, 3, 4], [11], [1, 9], [2]]);
    expect([...portions([], () => 1, 10)]).toEqual([]);
  });
});
