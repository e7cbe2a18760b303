import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { TurnShare } from './turn-share.js';

describe('a share of a turn', () => {
  it('lets so many begin at once, as many in each further turn, in order, and the same again afterwards', async () => {
    const share = new TurnShare(3);
    for (let round = 0; round < 2; round++) {
      const begun: number[] = [];
      const begin = async (place: number) => {
        const turn = share.next();
        if (turn !== undefined) await turn;
        begun.push(place);
      };
      for (let place = 0; place < 8; place++) void begin(place);
      expect(begun).toEqual([0, 1, 2]);
      await setImmediate();
      // Comes later, and does not overtake.
      if (begun.length < 8) void begin(8);
      while (begun.length < 9) await setImmediate();
      expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
      await setImmediate();
    }
  });
});
