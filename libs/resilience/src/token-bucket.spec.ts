import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenBucket, paceShare } from './token-bucket.js';

const DISCORD = { requests: 5, perMs: 2_000 };

describe('a token bucket', () => {
  it('lets as many start at once as there are requests in its time, and the next when the first is that long ago', () => {
    const bucket = new TokenBucket();
    for (const nowMs of [1_000, 1_100, 1_100, 1_200, 1_900]) {
      expect(bucket.readyAtMs(DISCORD)).toBeLessThanOrEqual(nowMs);
      bucket.take(DISCORD, nowMs);
    }
    expect(bucket.readyAtMs(DISCORD)).toBe(3_000);
    bucket.take(DISCORD, 3_000);
    expect(bucket.readyAtMs(DISCORD)).toBe(3_100);
  });

  it('never lets more start in any stretch of its time, whoever asks when', () => {
    const pacing = fc.record({ requests: fc.integer({ min: 1, max: 20 }), perMs: fc.integer({ min: 1, max: 5_000 }) });
    const holds = fc.property(pacing, fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 200 }), ({ requests, perMs }, pauses) => {
      const bucket = new TokenBucket();
      let nowMs = 1_000_000;
      const starts: number[] = [];
      for (const pause of pauses) {
        nowMs += pause;
        if (bucket.readyAtMs({ requests, perMs }) > nowMs) continue;
        bucket.take({ requests, perMs }, nowMs);
        starts.push(nowMs);
      }
      return starts.every((start) => starts.filter((other) => other >= start && other < start + perMs).length <= requests);
    });
    fc.assert(holds);
  });

  it('takes a new pace at once', () => {
    const bucket = new TokenBucket();
    for (const nowMs of [0, 10, 20]) bucket.take({ requests: 3, perMs: 1_000 }, nowMs);
    expect(bucket.readyAtMs({ requests: 1, perMs: 1_000 })).toBe(1_020);
    expect(bucket.readyAtMs({ requests: 10, perMs: 1_000 })).toBe(0);
  });

  it('may be forgotten when every token has come back', () => {
    const bucket = new TokenBucket();
    bucket.take(DISCORD, 500);
    expect([bucket.isFull(2_499), bucket.isFull(2_500)]).toEqual([false, true]);
  });
});

describe('the share of a replica', () => {
  it.each([
    ['the whole if it is alone', DISCORD, 1, DISCORD],
    ['fewer requests in the same time', { requests: 100, perMs: 1_000 }, 4, { requests: 25, perMs: 1_000 }],
    ['one request in a longer time', { requests: 1, perMs: 1_000 }, 3, { requests: 1, perMs: 3_000 }],
    ['what is nearest, in a time that fits', DISCORD, 3, { requests: 1, perMs: 1_200 }],
  ])('is %s', (_, pacing, replicas, share) => {
    expect(paceShare(pacing, replicas)).toEqual(share);
  });
});
