import { expect, it } from 'vitest';
import { IdleMap } from './idle-map.js';

class Thing {
  isBusy = false;
  idleAtMs = 0;

  isIdle(nowMs: number): boolean {
    return !this.isBusy && this.idleAtMs <= nowMs;
  }
}

it('makes each once, and forgets what is idle', () => {
  const map = new IdleMap(10, () => new Thing());
  map.of('later').idleAtMs = 100;
  map.of('busy').isBusy = true;
  expect(map.of('idle')).toBe(map.of('idle'));
  map.sweep(50);
  expect(['later', 'busy', 'idle'].map((key) => map.find(key) !== undefined)).toEqual([true, true, false]);
  map.drop('later', 100);
  expect(map.size).toBe(1);
});

it('forgets beyond its bound what has been there longest, but nothing that is busy', () => {
  const map = new IdleMap(3, () => new Thing());
  map.of('busy').isBusy = true;
  for (const key of ['first', 'second', 'third']) map.of(key);
  expect(['busy', 'first', 'second', 'third'].map((key) => map.find(key) !== undefined)).toEqual([true, false, true, true]);
});
