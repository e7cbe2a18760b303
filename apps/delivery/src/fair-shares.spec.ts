import { describe, expect, it } from 'vitest';
import { FairShares } from './fair-shares.js';

describe('an organization', () => {
  it('takes nearly all places while it is alone, and whoever comes finds room at once', () => {
    const shares = new FairShares(32, 1 / 8, () => undefined);
    expect(takeAll(shares, 'org_a')).toBe(28);
    expect(takeAll(shares, 'org_b')).toBe(4);
    expect(shares.hasRoomFor('org_c', 10)).toBe(false);
  });

  it('gets no more of the last places than its share once others hold some, and never less than it is due', () => {
    const shares = new FairShares(30, 1 / 3, () => undefined);
    for (let place = 0; place < 15; place++) shares.take('org_a');
    for (let place = 0; place < 9; place++) shares.take('org_b');
    expect([shares.hasRoomFor('org_a', 1), shares.hasRoomFor('org_a', 16), shares.hasRoomFor('org_b', 1), shares.hasRoomFor('org_c', 1)]).toEqual([false, true, true, true]);
    shares.take('org_c');
    // A quarter each: three are present, and one more may come.
    expect([shares.hasRoomFor('org_b', 1), shares.hasRoomFor('org_c', 1)]).toEqual([false, true]);
  });

  it('has left when it gave everything back', () => {
    const taken: number[] = [];
    const shares = new FairShares(2, 0, (count) => taken.push(count));
    shares.take('org_a');
    shares.take('org_a');
    shares.give('org_a');
    shares.give('org_a');
    expect([taken, shares.taken]).toEqual([[1, 2, 1, 0], 0]);
  });
});

function takeAll(shares: FairShares, organizationId: string): number {
  let taken = 0;
  for (; shares.hasRoomFor(organizationId, 1); taken++) shares.take(organizationId);
  return taken;
}
