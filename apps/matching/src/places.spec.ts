import { describe, expect, it } from 'vitest';
import { Places } from './places.js';

describe('places', () => {
  it('are taken until there are none, and given back once', () => {
    const places = new Places(2);
    const [leaveA, leaveB] = [places.take('a'), places.take('b')];
    expect(places.take('c')).toBeUndefined();
    leaveA?.();
    leaveA?.();
    expect(places.size).toBe(1);
    expect(places.take('c')).toBeDefined();
    leaveB?.();
    expect(places.size).toBe(1);
  });

  it('go to one holder up to the half', () => {
    const places = new Places(5);
    const taken = Array.from({ length: 5 }, () => places.take('greedy'));
    expect(taken.map((leave) => leave !== undefined)).toEqual([true, true, true, false, false]);
    expect(places.take('modest')).toBeDefined();
    taken[0]?.();
    expect(places.take('greedy')).toBeDefined();
  });
});
