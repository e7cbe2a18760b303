import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { aPendingCall, aRegistry, times } from './spec-support/circuits.js';

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

const webhooks = (count: number) => Array.from({ length: count }, (_, index) => `whk_${index}`);

describe('the circuits of many webhooks', () => {
  it('makes none for webhooks that never fail', async () => {
    const { registry, answer } = aRegistry();
    for (const webhookId of webhooks(10_000)) await answer('success', webhookId);
    for (const webhookId of webhooks(10_000)) await answer('neither', webhookId);
    expect(registry.size).toBe(0);
    expect(vi.getTimerCount()).toBe(1);
  });

  it('makes none for a webhook that fails but once in a minute', async () => {
    const { registry, answer } = aRegistry();
    await times(10, async () => {
      await answer('failure');
      await vi.advanceTimersByTimeAsync(60_000);
    });
    expect(registry.size).toBe(0);
    await times(2, () => answer('failure'));
    expect(registry.size).toBe(1);
  });

  it('keeps no more than its bound, those that failed last, and none of the timers of the others', async () => {
    const { registry, answer } = aRegistry({ maxCircuits: 500 });
    for (const webhookId of webhooks(10_000)) await times(4, () => answer('failure', webhookId));
    expect(registry.size).toBe(500);
    expect(vi.getTimerCount()).toBe(501);
    await answer('failure', 'whk_9999');
    expect(registry.state('whk_9999')).toBe('open');
    await answer('failure', 'whk_0');
    expect(registry.state('whk_0')).toBe('closed');
    registry.shutdown();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('keeps a circuit that failed again over one that did not', async () => {
    const { registry, answer } = aRegistry({ maxCircuits: 2 });
    await times(3, () => answer('failure', 'whk_a'));
    await answer('failure', 'whk_b');
    await answer('failure', 'whk_a');
    await answer('failure', 'whk_c');
    await answer('failure', 'whk_a');
    expect(registry.state('whk_a')).toBe('open');
  });

  it('never forgets an open circuit or one with a call in flight, and lets a further webhook go without', async () => {
    const { registry, answer, open } = aRegistry({ maxCircuits: 2 });
    await open();
    await times(4, () => answer('failure', 'whk_2'));
    const inFlight = aPendingCall(registry, 'whk_2');
    expect(await answer('failure', 'whk_3')).toEqual({ kind: 'ran', value: 'failure' });
    expect(registry.size).toBe(2);
    expect(registry.state('whk_1')).toBe('open');
    inFlight.answer('failure');
    await inFlight.result;
    expect(registry.state('whk_2')).toBe('open');
  });

  it('forgets a circuit ten minutes after its last failure, but not while it is open', async () => {
    const { registry, answer } = aRegistry({ resetMs: 3_600_000, maxResetMs: 3_600_000 });
    await times(5, () => answer('failure', 'whk_open'));
    await times(2, () => answer('failure'));
    await vi.advanceTimersByTimeAsync(590_000);
    await answer('success');
    expect(registry.size).toBe(2);
    await vi.advanceTimersByTimeAsync(70_000);
    expect(registry.size).toBe(1);
    expect(registry.state('whk_open')).toBe('open');
  });

  it('forgets a half-open circuit that nobody probes', async () => {
    const { registry, open } = aRegistry();
    await open();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(registry.state('whk_1')).toBe('half-open');
    await vi.advanceTimersByTimeAsync(660_000);
    expect(registry.size).toBe(0);
  });

  it('forgets a circuit whose call hangs for ever', async () => {
    const { registry, answer } = aRegistry();
    await times(2, () => answer('failure'));
    aPendingCall(registry);
    await vi.advanceTimersByTimeAsync(660_000);
    expect(registry.size).toBe(0);
  });

  it('forgets a circuit that has closed', async () => {
    const { registry, answer, open } = aRegistry();
    await open();
    await vi.advanceTimersByTimeAsync(30_000);
    await answer('success');
    expect(registry.size).toBe(0);
    expect(vi.getTimerCount()).toBe(1);
  });

  it('counts a failure of each call that began before there was a circuit', async () => {
    const { registry } = aRegistry();
    const calls = Array.from({ length: 5 }, () => aPendingCall(registry));
    for (const call of calls) call.answer('failure');
    await Promise.all(calls.map((call) => call.result));
    expect(registry.state('whk_1')).toBe('open');
  });

  it('warns of no listener leak', async () => {
    vi.useRealTimers();
    const warned = vi.fn();
    process.on('warning', warned);
    const { registry, answer } = aRegistry();
    for (const webhookId of webhooks(2_000)) await times(5, () => answer('failure', webhookId));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', warned);
    expect(registry.size).toBe(2_000);
    expect(warned).not.toHaveBeenCalled();
    registry.shutdown();
  });
});

describe('what the shared store says', () => {
  it('keeps a circuit open until the stored time, tells nobody, and goes on doubling from there', async () => {
    const { registry, transitions, answer } = aRegistry();
    registry.adopt('whk_1', 1_090_000, 3);
    expect(registry.admission('whk_1')).toEqual({ kind: 'open', untilMs: 1_090_000 });
    expect(transitions).toEqual([]);
    await vi.advanceTimersByTimeAsync(89_999);
    expect(registry.state('whk_1')).toBe('open');
    await vi.advanceTimersByTimeAsync(1);
    await answer('failure');
    expect(transitions).toEqual([{ kind: 'half-opened' }, { kind: 'opened', untilMs: 1_090_000 + 240_000, openings: 4 }]);
  });

  it('keeps the stored time although the clock ticks', () => {
    let nowMs = 1_000_000;
    const { registry } = aRegistry({ now: () => nowMs++ });
    registry.adopt('whk_1', 1_090_000, 1);
    expect(registry.admission('whk_1')).toEqual({ kind: 'open', untilMs: 1_090_000 });
  });

  it('keeps a circuit that is open already until the later word, be it longer or shorter', async () => {
    const { registry, transitions, open } = aRegistry();
    await open();
    registry.adopt('whk_1', 1_090_000, 2);
    expect(registry.admission('whk_1')).toEqual({ kind: 'open', untilMs: 1_090_000 });
    await vi.advanceTimersByTimeAsync(30_000);
    expect(registry.state('whk_1')).toBe('open');
    registry.adopt('whk_1', 1_031_000, 2);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(registry.admission('whk_1')).toEqual({ kind: 'probe' });
    expect(transitions.map(({ kind }) => kind)).toEqual(['opened', 'half-opened']);
  });

  it.each(['success', 'failure'] as const)('outlives the %s of a probe under way', async (counts) => {
    const { registry, transitions, open } = aRegistry();
    await open();
    await vi.advanceTimersByTimeAsync(30_000);
    const probe = aPendingCall(registry);
    registry.adopt('whk_1', 1_090_000, 2);
    registry.adopt('whk_1', 1_095_000, 2);
    probe.answer(counts);
    expect(await probe.result).toEqual({ kind: 'ran', value: 'late' });
    expect(registry.admission('whk_1')).toEqual({ kind: 'open', untilMs: 1_095_000 });
    expect(transitions.map(({ kind }) => kind)).toEqual(['opened', 'half-opened']);
  });

  it('is counted by state', async () => {
    const { registry, answer } = aRegistry();
    registry.adopt('whk_1', 1_010_000, 1);
    registry.adopt('whk_2', 1_090_000, 1);
    await times(2, () => answer('failure', 'whk_3'));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(registry.countByState()).toEqual({ closed: 1, open: 1, 'half-open': 1 });
  });

  it.each(['closed', 'open'])('makes a circuit that was %s half-open if the time is over, as often opened as was said', async (before) => {
    const { registry, transitions, answer, open } = aRegistry();
    if (before === 'open') await open();
    registry.adopt('whk_1', 999_000, 3);
    await vi.advanceTimersByTimeAsync(1);
    const probe = aPendingCall(registry);
    expect((await answer('success')).kind).toBe('open');
    registry.adopt('whk_1', 999_500, 3);
    await vi.advanceTimersByTimeAsync(1);
    expect((await answer('success')).kind).toBe('open');
    probe.answer('failure');
    await probe.result;
    expect(transitions.at(-1)).toEqual({ kind: 'opened', untilMs: 1_000_002 + 240_000, openings: 4 });
  });

  it('is forgotten on demand', async () => {
    const { registry, answer, open } = aRegistry();
    await open();
    registry.forget('whk_1');
    expect(await answer('success')).toEqual({ kind: 'ran', value: 'success' });
  });
});
