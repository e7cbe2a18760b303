import { describe, expect, it } from 'vitest';
import { Remembered } from './remembered.js';

const MEMORY = { refreshAfterMs: 20_000, mistrustAfterMs: 50_000, unknownForMs: 2_000, size: 3 };

describe('remembered values', () => {
  it('are looked up once, also by concurrent calls', async () => {
    const { source, remembered } = setUp({ a: 'A' });
    expect(await Promise.all([remembered.get('a'), remembered.get('a'), remembered.get('b'), remembered.get('b')])).toEqual(['A', 'A', undefined, undefined]);
    expect(await remembered.get('a')).toBe('A');
    expect(source.lookUps).toEqual(['a', 'b']);
  });

  it('are answered from memory while they are looked up again', async () => {
    const { source, remembered, clock } = setUp({ a: 'A' });
    await remembered.get('a');
    source.values = { a: 'B' };
    clock.now += 20_000;
    expect(await remembered.get('a')).toBe('A');
    expect(await remembered.get('a')).toBe('B');
    expect(source.lookUps).toEqual(['a', 'a']);
  });

  it('are not answered from memory when that is old', async () => {
    const { source, remembered, clock } = setUp({ a: 'A' });
    await remembered.get('a');
    source.values = {};
    clock.now += 50_000;
    expect(await remembered.get('a')).toBeUndefined();
  });

  it('stay known while the source is away, and the source is left alone for a while', async () => {
    const { source, remembered, clock } = setUp({ a: 'A' });
    await remembered.get('a');
    source.away = true;
    clock.now += 3_600_000;
    expect(await remembered.get('a')).toBe('A');
    expect(await remembered.get('a')).toBe('A');
    expect(source.lookUps).toEqual(['a', 'a']);
    source.away = false;
    source.values = {};
    clock.now += 5_000;
    expect(await remembered.get('a')).toBeUndefined();
  });

  it('stay known while the source hangs', async () => {
    const { source, remembered, clock } = setUp({ a: 'A' });
    await remembered.get('a');
    source.hangs = true;
    clock.now += 50_000;
    expect(await remembered.get('a')).toBe('A');
  });

  it('fail as the source does if they were never known', async () => {
    const { source, remembered } = setUp({ a: 'A' });
    source.away = true;
    await expect(remembered.get('a')).rejects.toThrow('away');
    source.away = false;
    expect(await remembered.get('a')).toBe('A');
  });

  it('are believed to be absent for a short time only', async () => {
    const { source, remembered, clock } = setUp({});
    expect(await remembered.get('a')).toBeUndefined();
    source.values = { a: 'A' };
    expect(await remembered.get('a')).toBeUndefined();
    clock.now += 2_000;
    expect(await remembered.get('a')).toBe('A');
  });

  it('are bounded: the least recently used is forgotten, and absent ones push out no known ones', async () => {
    const { source, remembered } = setUp({ a: 'A', b: 'B', c: 'C', d: 'D' });
    for (const key of ['a', 'b', 'c', 'a', 'w', 'x', 'y', 'z', 'd', 'a', 'c', 'd']) await remembered.get(key);
    expect(source.lookUps).toEqual(['a', 'b', 'c', 'w', 'x', 'y', 'z', 'd']);
    await remembered.get('b');
    expect(source.lookUps.at(-1)).toBe('b');
  });
});

function setUp(values: Record<string, string>) {
  const source = { values, away: false, hangs: false, lookUps: [] as string[] };
  const clock = { now: 0 };
  const lookUp = async (key: string): Promise<string | undefined> => {
    source.lookUps.push(key);
    if (source.hangs) await new Promise(() => undefined);
    if (source.away) throw new Error('away');
    return source.values[key];
  };
  return { source, clock, remembered: new Remembered(lookUp, MEMORY, () => clock.now) };
}
