import { describe, expect, it } from 'vitest';
import { Hopeless, eventually } from './eventually.js';

describe('eventually', () => {
  it('runs an assertion again until it holds and gives its answer', async () => {
    let runs = 0;
    const answer = await eventually(() => {
      runs += 1;
      expect(runs).toBe(3);
      return 'held';
    }, { everyMs: 1 });
    expect(answer).toBe('held');
  });

  it('throws the last error when the time is over', async () => {
    let runs = 0;
    const failing = async () => { throw new Error(`run ${(runs += 1)}`); };
    const error: unknown = await eventually(failing, { timeoutMs: 30, everyMs: 5 }).catch((thrown: unknown) => thrown);
    expect(runs).toBeGreaterThan(1);
    expect(String(error)).toBe(`Error: run ${runs}`);
  });

  it('gives up at once when there is no hope', async () => {
    let runs = 0;
    const ended = () => { throw new Hopeless(`run ${(runs += 1)}`); };
    await expect(eventually(ended, { everyMs: 1 })).rejects.toThrow('run 1');
    expect(runs).toBe(1);
  });
});
