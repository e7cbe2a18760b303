import { describe, expect, it } from 'vitest';
import { scheduleOfAttempts, scheduleOfPostponements } from './schedule-deliveries.js';
import { aPostponement, anAttempt } from './spec-support/deliveries.js';

describe('the schedule that attempts mean', () => {
  it('has the next attempt of a delivery that is to be repeated, and nothing of its report', () => {
    const attempt = anAttempt({ attempt: 2, postponements: 3, trigger: 'retry' });
    const { dues, ended } = scheduleOfAttempts([attempt]);
    expect(ended).toEqual([]);
    expect(dues).toMatchObject([{ dueAtMs: 5_000, delivery: { deliveryId: attempt.deliveryId, attempt: 3, postponements: 0, trigger: 'retry', body: attempt.body } }]);
    expect(Object.keys(dues[0]?.delivery ?? {})).not.toContain('request');
  });

  it.each(['succeeded', 'exhausted'] as const)('ends a delivery that has %s, whatever else the batch holds of it', (verdict) => {
    const first = anAttempt();
    const last = anAttempt({ deliveryId: first.deliveryId, attempt: 2, verdict, nextAttemptAtMs: undefined });
    expect(scheduleOfAttempts([last, first])).toEqual({ dues: [], ended: [first.deliveryId] });
  });

  it('keeps the latest of several attempts of a delivery, in whatever order they come', () => {
    const first = anAttempt({ attempt: 1 });
    const second = anAttempt({ deliveryId: first.deliveryId, attempt: 2, nextAttemptAtMs: 9_000 });
    for (const batch of [[first, second], [second, first]]) expect(scheduleOfAttempts(batch).dues).toMatchObject([{ dueAtMs: 9_000, delivery: { attempt: 3 } }]);
  });

  it('is left alone by a resend that failed', () => {
    expect(scheduleOfAttempts([anAttempt({ trigger: 'resend', verdict: 'unchanged', nextAttemptAtMs: undefined })])).toEqual({ dues: [], ended: [] });
  });
});

describe('the schedule that postponements mean', () => {
  it('has the same attempt again, once more put off', () => {
    const postponed = aPostponement({ attempt: 2, postponements: 1, trigger: 'retry' });
    expect(scheduleOfPostponements([postponed])).toMatchObject([{ dueAtMs: 7_000, delivery: { attempt: 2, postponements: 2, trigger: 'retry' } }]);
  });

  it('keeps what triggered a delivery that was never attempted', () => {
    expect(scheduleOfPostponements([aPostponement()])).toMatchObject([{ delivery: { attempt: 1, trigger: 'event' } }]);
  });

  it('puts a delivery into the queue of its build when its webhook asks for it, behind every earlier state', () => {
    const turn = { ordered: true, supersedes: false };
    const queueOf = (rank: number, atMs: number) => scheduleOfPostponements([aPostponement({ build: { id: 'bld 1', rank, atMs }, turn })])[0]?.queue;
    expect(queueOf(2, 5_000)).toMatchObject({ key: 'whk_01JTX4N1PCC4R7V3A5YQ9H2K8M bld 1', ordered: true, supersedes: false });
    const farFuture = Date.parse('9999-12-31T23:59:59.999Z');
    const ranks = [queueOf(0, -62_167_219_200_000), queueOf(0, farFuture), queueOf(2, 1), queueOf(2, 2), queueOf(3, 0), queueOf(3, farFuture)].map((queue) => queue?.rank ?? NaN);
    expect(ranks).toEqual([...ranks].sort((one, other) => one - other));
    expect(new Set(ranks).size).toBe(ranks.length);
    expect(ranks.every(Number.isSafeInteger)).toBe(true);
  });

  it('knows no queue for the deliveries of other webhooks, and keeps what they say of their build', () => {
    const build = { id: 'bld_1', rank: 2, atMs: 1 };
    const [due] = scheduleOfPostponements([aPostponement({ build })]);
    expect(due?.queue).toBeUndefined();
    expect(due?.delivery.build).toEqual(build);
  });
});
