import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { aPendingCall, aRegistry, times } from './spec-support/circuits.js';

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

describe('opening', () => {
  it('opens on the fifth failure, tells until when, and refuses calls without making them', async () => {
    const { registry, transitions, answer } = aRegistry();
    await times(4, () => answer('failure'));
    expect(registry.state('whk_1')).toBe('closed');
    await answer('failure');
    expect(registry.state('whk_1')).toBe('open');
    expect(transitions).toEqual([{ kind: 'opened', untilMs: 1_030_000, openings: 1 }]);

    const refused = aPendingCall(registry);
    expect(await refused.result).toEqual({ kind: 'open', untilMs: 1_030_000 });
    expect(refused.wasCalled()).toBe(false);
  });

  it.each([[1, 5], [2, 5], [3, 4], [4, 3], [100, 3]])('counts for %d replicas, which open within ten failures of all while they are few: on number %d of its own', async (replicas, number) => {
    const { registry, answer } = aRegistry({ replicas: () => replicas });
    await times(number - 1, () => answer('failure'));
    expect(registry.state('whk_1')).toBe('closed');
    await answer('failure');
    expect(registry.state('whk_1')).toBe('open');
  });

  it('opens when more than 70 % fail, not at 70 %', async () => {
    const { registry, answer } = aRegistry();
    await answer('failure');
    await times(3, () => answer('success'));
    await times(6, () => answer('failure'));
    expect(registry.state('whk_1')).toBe('closed');
    await answer('failure');
    expect(registry.state('whk_1')).toBe('open');
  });

  it('opens on five failures spread over most of a minute', async () => {
    const { registry, answer } = aRegistry();
    await times(5, async () => {
      await answer('failure');
      await vi.advanceTimersByTimeAsync(11_000);
    });
    expect(registry.state('whk_1')).toBe('open');
  });

  it('forgets failures that left the window', async () => {
    const { registry, answer } = aRegistry();
    await times(4, () => answer('failure'));
    await vi.advanceTimersByTimeAsync(60_000);
    await answer('failure');
    expect(registry.state('whk_1')).toBe('closed');
  });

  it('is not delayed by answers that count neither way', async () => {
    const { registry, answer } = aRegistry();
    await answer('failure');
    await times(50, () => answer('neither'));
    await times(50, () => answer('alive'));
    await times(3, () => answer('failure'));
    expect(registry.state('whk_1')).toBe('closed');
    await answer('failure');
    expect(registry.state('whk_1')).toBe('open');
  });

  it('never opens for answers that count neither way', async () => {
    const { registry, answer } = aRegistry();
    await answer('failure');
    await times(100, () => answer('neither'));
    await times(100, () => answer('alive'));
    expect(registry.state('whk_1')).toBe('closed');
  });

  it('does not open because many calls run at once', async () => {
    const { registry, answer } = aRegistry();
    await answer('failure');
    const calls = Array.from({ length: 1_000 }, () => aPendingCall(registry));
    for (const call of calls) call.answer('success');
    expect(await Promise.all(calls.map((call) => call.result))).toContainEqual({ kind: 'ran', value: 'late' });
    expect(calls.every((call) => call.wasCalled())).toBe(true);
    expect(registry.state('whk_1')).toBe('closed');
  });

  it('lets a call run on when another one hangs', async () => {
    const { registry, answer } = aRegistry();
    await answer('failure');
    aPendingCall(registry);
    const sibling = aPendingCall(registry);
    await vi.advanceTimersByTimeAsync(20_000);
    sibling.answer('success');
    expect(await sibling.result).toEqual({ kind: 'ran', value: 'late' });
  });

  it('passes on what an action throws, and counts it neither way', async () => {
    const { registry, answer } = aRegistry();
    await answer('failure');
    const broken = () => registry.run('whk_1', async () => { throw new Error('a bug'); });
    await times(10, () => expect(broken()).rejects.toThrow('a bug'));
    expect(registry.state('whk_1')).toBe('closed');
  });
});

describe('half-open', () => {
  const halfOpen = async () => {
    const circuit = aRegistry();
    await circuit.open();
    await vi.advanceTimersByTimeAsync(30_000);
    return circuit;
  };

  it('begins when the time is over', async () => {
    const { registry, transitions, open } = aRegistry();
    await open();
    await vi.advanceTimersByTimeAsync(29_999);
    expect(registry.admission('whk_1')).toEqual({ kind: 'open', untilMs: 1_030_000 });
    await vi.advanceTimersByTimeAsync(1);
    expect(registry.admission('whk_1')).toEqual({ kind: 'probe' });
    expect(transitions.at(-1)).toEqual({ kind: 'half-opened' });
  });

  it('lets exactly one probe through and tells the others to ask again soon, and ever later', async () => {
    const { registry } = await halfOpen();
    const probe = aPendingCall(registry);
    const others = Array.from({ length: 10 }, () => aPendingCall(registry));
    for (const other of others) expect(await other.result).toEqual({ kind: 'open', untilMs: 1_030_500 });
    expect(probe.wasCalled()).toBe(true);
    expect(others.some((other) => other.wasCalled())).toBe(false);
    for (const [afterMs, lookMs] of [[499, 500], [500, 1_000], [4_000, 8_000], [15_999, 16_000], [16_500, 17_000]] as const) {
      await vi.advanceTimersByTimeAsync(1_030_000 + afterMs - Date.now());
      expect(registry.admission('whk_1')).toEqual({ kind: 'open', untilMs: 1_030_000 + lookMs });
    }
  });

  it.each(['success', 'alive'] as const)('closes when the probe is a %s, and starts counting afresh', async (counts) => {
    const { registry, transitions, answer } = await halfOpen();
    await answer(counts);
    expect(transitions.at(-1)).toEqual({ kind: 'closed' });
    expect(registry.state('whk_1')).toBe('closed');
    await times(4, () => answer('failure'));
    expect(registry.state('whk_1')).toBe('closed');
  });

  it('opens for longer each time the probe fails, up to ten minutes, and is short again once it has closed', async () => {
    const { registry, transitions, answer, open } = await halfOpen();
    for (let probe = 0; probe < 6; probe += 1) {
      expect(await answer('failure')).toEqual({ kind: 'ran', value: 'failure' });
      await vi.advanceTimersToNextTimerAsync();
      while (registry.state('whk_1') !== 'half-open') await vi.advanceTimersToNextTimerAsync();
    }
    await answer('success');
    await open();
    const opened = transitions.filter((transition) => transition.kind === 'opened');
    expect(opened.map(({ openings }) => openings)).toEqual([1, 2, 3, 4, 5, 6, 7, 1]);
    const halfOpenAt = [1_000, 1_030, 1_090, 1_210, 1_450, 1_930, 2_530, 3_130];
    expect(opened.map(({ untilMs }, index) => untilMs / 1_000 - (halfOpenAt[index] ?? 0))).toEqual([30, 60, 120, 240, 480, 600, 600, 30]);
  });

  it('spreads openings by 20 % to each side', async () => {
    const shortest = aRegistry({ random: () => 0 });
    const longest = aRegistry({ random: () => 0.999999 });
    await shortest.open();
    await longest.open();
    expect(shortest.transitions).toMatchObject([{ untilMs: 1_024_000 }]);
    expect(longest.transitions).toMatchObject([{ untilMs: 1_036_000 }]);
  });

  it('stays open, for no longer than before, when the probe says nothing', async () => {
    const { registry, transitions, answer } = await halfOpen();
    expect(await answer('neither')).toEqual({ kind: 'ran', value: 'neither' });
    expect(registry.state('whk_1')).toBe('open');
    expect(transitions.at(-1)).toEqual({ kind: 'opened', untilMs: 1_060_000, openings: 1 });
  });

  it('stays open when the probe throws', async () => {
    const { registry } = await halfOpen();
    const probe = aPendingCall(registry);
    probe.fail(new Error('a bug'));
    await expect(probe.result).rejects.toThrow('a bug');
    expect(registry.state('whk_1')).toBe('open');
  });

  it('is not jammed by a probe that never settles', async () => {
    const { registry, answer } = await halfOpen();
    const probe = expect(aPendingCall(registry).result).rejects.toThrow(/Timed out/);
    await vi.advanceTimersByTimeAsync(16_999);
    expect(registry.state('whk_1')).toBe('half-open');
    await vi.advanceTimersByTimeAsync(1);
    await probe;
    expect(registry.state('whk_1')).toBe('open');
    await vi.advanceTimersByTimeAsync(30_000);
    await answer('success');
    expect(registry.state('whk_1')).toBe('closed');
  });

  it.each(['success', 'failure'] as const)('ignores the late %s of a call from before it opened', async (counts) => {
    const { registry, answer, open } = aRegistry();
    await answer('failure');
    const early = aPendingCall(registry);
    await open();
    await vi.advanceTimersByTimeAsync(30_000);
    early.answer(counts);
    expect(await early.result).toEqual({ kind: 'ran', value: 'late' });
    expect(registry.admission('whk_1')).toEqual({ kind: 'probe' });
  });
});

describe('E22: an endpoint that fails every other time', () => {
  it('never opens the circuit when it alternates', async () => {
    const { registry, transitions, answer } = aRegistry();
    for (let turn = 0; turn < 600; turn += 1) {
      await answer(turn % 2 === 0 ? 'failure' : 'success');
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(transitions).toEqual([]);
    expect(registry.state('whk_1')).toBe('closed');
  });

  it('opens the circuit at most three times a minute when chance decides, and always closes it again', async () => {
    const { registry, transitions, answer } = aRegistry();
    const openedInMinute = new Map<number, number>();
    registry.onTransition = (_, transition) => {
      transitions.push(transition);
      const minute = Math.floor(Date.now() / 60_000);
      if (transition.kind === 'opened') openedInMinute.set(minute, (openedInMinute.get(minute) ?? 0) + 1);
    };
    let dice = 1;
    for (let turn = 0; turn < 3_000; turn += 1) {
      dice = (dice * 48_271) % 2_147_483_647;
      await answer(dice % 1_000 < 500 ? 'failure' : 'success');
      await vi.advanceTimersByTimeAsync(3_000);
    }
    expect(Math.max(...openedInMinute.values())).toBeLessThanOrEqual(3);
    expect(transitions.filter(({ kind }) => kind === 'closed').length).toBeGreaterThan(5);
  });
});
