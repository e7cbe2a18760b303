import { describe, expect, it } from 'vitest';
import { FirstFailures } from './first-failures.js';

const aClock = () => {
  const clock = { nowMs: 1_000, windowMs: 60_000, now: () => clock.nowMs };
  return clock;
};

describe('first failures', () => {
  it('say of the second one how many successes came between', () => {
    const failures = new FirstFailures(aClock(), 10);
    failures.succeeded('whk_1');
    expect(failures.failed('whk_1')).toBeUndefined();
    failures.succeeded('whk_1');
    failures.succeeded('whk_1');
    failures.succeeded('whk_2');
    expect(failures.failed('whk_1')).toBe(2);
    expect(failures.failed('whk_1')).toBeUndefined();
  });

  it('are first again when the window is over, after many successes, and once forgotten', () => {
    const clock = aClock();
    const failures = new FirstFailures(clock, 10);
    for (const webhookId of ['late', 'good', 'forgotten']) failures.failed(webhookId);
    for (let count = 0; count < 20; count++) failures.succeeded('good');
    failures.forget('forgotten');
    expect(failures.failed('good')).toBeUndefined();
    expect(failures.failed('forgotten')).toBeUndefined();
    clock.nowMs += clock.windowMs;
    expect(failures.failed('late')).toBeUndefined();
  });

  it('stay within their bound, the oldest going first, and those whose time is over go by themselves', () => {
    const clock = aClock();
    const failures = new FirstFailures(clock, 100);
    for (let number = 0; number < 1_000; number++) failures.failed(`whk_${number}`);
    expect(failures.size).toBe(100);
    expect(failures.failed('whk_999')).toBe(0);
    expect(failures.failed('whk_0')).toBeUndefined();
    clock.nowMs += clock.windowMs;
    for (let number = 0; number < 100; number++) failures.failed(`new_${number}`);
    expect(failures.size).toBe(100);
    for (let number = 0; number < 100; number++) failures.failed(`new_${number}`);
    expect(failures.size).toBe(0);
  });
});
