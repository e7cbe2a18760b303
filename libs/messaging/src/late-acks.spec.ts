import { eventually } from '@buildwire/testing';
import { describe, expect, it } from 'vitest';
import { LateAcks } from './late-acks.js';

describe('late acknowledgements', () => {
  it('leave together, in order, and by themselves', async () => {
    const left: number[] = [];
    const acks = new LateAcks();
    for (const place of [1, 2, 3]) acks.add(() => left.push(place));
    expect(left).toEqual([]);
    await eventually(() => expect(left).toEqual([1, 2, 3]));
    acks.add(() => left.push(4));
    await eventually(() => expect(left).toEqual([1, 2, 3, 4]));
  });

  it('leave at once when asked, and once only', () => {
    const left: number[] = [];
    const acks = new LateAcks();
    acks.add(() => left.push(1));
    acks.flush();
    acks.flush();
    expect(left).toEqual([1]);
  });

  it('do not gather without bound', () => {
    let left = 0;
    const acks = new LateAcks();
    for (let place = 1; place < 500; place++) acks.add(() => left++);
    expect(left).toBe(0);
    acks.add(() => left++);
    expect(left).toBe(500);
  });
});
