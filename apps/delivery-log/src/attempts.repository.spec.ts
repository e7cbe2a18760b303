import { attemptList, timestampOf } from '@buildwire/contracts';
import type { DeliveryAttempted } from '@buildwire/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import { DAY_MS, START_MS, aClosure, aDelivery, anAttempt, failing } from './spec-support/records.js';
import { useTestLog } from './spec-support/test-log.js';
import type { TestLog } from './spec-support/test-log.js';

const createLog = useTestLog();
let log: TestLog;
beforeAll(async () => {
  log = await createLog();
});

const list = ({ organizationId, deliveryId }: { organizationId: string; deliveryId: string }, paging: { limit: number; cursor?: string } = { limit: 50 }) =>
  log.attempts.list(organizationId, deliveryId, paging);

describe('the attempts of a delivery', () => {
  it('are told as they went over the wire', async () => {
    const attempt = anAttempt(aDelivery(), { request: { method: 'POST', url: 'https://x.test/a?b', headers: [['A', '1'], ['a', '2']] } });
    await log.recordAttempts.handle([attempt]);
    const answer = await list(attempt);
    expect(attemptList.parse(answer)).toEqual(answer);
    expect(answer).toEqual({
      data: [
        {
          id: attempt.attemptId,
          deliveryId: attempt.deliveryId,
          number: 1,
          trigger: 'event',
          outcome: 'accepted',
          reason: null,
          request: { method: 'POST', url: 'https://x.test/a?b', headers: [['A', '1'], ['a', '2']], body: '{"hello":"wörld"}' },
          response: { statusCode: 200, headers: [['x-answer', '42']], body: 'thanks', truncated: false },
          timing: { firstByteMs: 1.5 },
          sentAt: timestampOf(attempt.sentAtMs),
          durationMs: 12,
          transportRetried: false,
        },
      ],
      nextCursor: null,
    });
  });

  it('are numbered by the time they were sent, however late they are reported', async () => {
    const delivery = aDelivery();
    const sent = [3, 1, 2].map((days) => anAttempt(delivery, { ...failing(500), verdict: 'waiting', sentAtMs: START_MS + days * DAY_MS, durationMs: days }));
    for (const attempt of sent) await log.recordAttempts.handle([attempt]);
    expect((await list(delivery)).data.map(({ number, durationMs }) => [number, durationMs])).toEqual([[1, 1], [2, 2], [3, 3]]);
  });

  it('have neither gaps nor repeats in their pages, even when an earlier one is reported in between', async () => {
    const delivery = aDelivery();
    const attempts = [0, 0, 1, 2, 2].map((seconds, index) => anAttempt(delivery, { sentAtMs: START_MS + seconds, durationMs: index }));
    await log.recordAttempts.handle(attempts);
    const all = (await list(delivery)).data.map(({ id }) => id);
    const first = await list(delivery, { limit: 2 });
    await log.recordAttempts.handle([anAttempt(delivery, { sentAtMs: START_MS - 1 })]);
    const second = await list(delivery, { limit: 2, cursor: first.nextCursor ?? '' });
    const third = await list(delivery, { limit: 2, cursor: second.nextCursor ?? '' });
    expect([...first.data, ...second.data, ...third.data].map(({ id }) => id)).toEqual(all);
    expect([second.data.map(({ number }) => number), third.nextCursor]).toEqual([[4, 5], null]);
  });

  it('show a response that is not text as base64', async () => {
    const bytes = Buffer.from([0xff, 0xfe, 0, 0x41]);
    const attempt = answered(bytes);
    await log.recordAttempts.handle([attempt]);
    expect((await list(attempt)).data[0]?.response).toMatchObject({ body: bytes.toString('base64'), bodyEncoding: 'base64' });
  });

  it.each(['a\0b\0', '', 'plain', '"\\u0000" \\x00 \\', 'ünï 💥 \u2028', '\0'])('keep the bodies %j to the byte', async (body) => {
    const attempt = { ...answered(Buffer.from(body)), body };
    await log.recordAttempts.handle([attempt]);
    const [kept] = (await list(attempt)).data;
    expect(kept?.request).toMatchObject({ body });
    expect(kept?.response).toMatchObject({ body });
  });

  it('keep half a surrogate pair as the bytes that were sent for it', async () => {
    const attempt = anAttempt(aDelivery(), { body: '"\ud83d"' });
    await log.recordAttempts.handle([attempt]);
    expect((await list(attempt)).data[0]?.request.body).toBe(Buffer.from('"\ud83d"').toString());
  });

  it('have no response where there was none', async () => {
    const { response: _, ...unanswered } = anAttempt(aDelivery(), { outcome: 'timeout', reason: 'no answer within 15 s', verdict: 'exhausted' });
    await log.recordAttempts.handle([unanswered]);
    expect((await list(unanswered)).data[0]).toMatchObject({ outcome: 'timeout', reason: 'no answer within 15 s', response: null });
  });

  it('are none for a delivery that was skipped', async () => {
    const closed = aClosure(aDelivery(), { status: 'skipped' });
    await log.recordClosures.handle([closed]);
    expect(await list(closed)).toEqual({ data: [], nextCursor: null });
  });

  it('fill a page up to its size in bytes, and at least with one', async () => {
    const delivery = aDelivery();
    const body = 'x'.repeat(3 * 1024 * 1024);
    await log.recordAttempts.handle([1, 2, 3, 4].map((seconds) => anAttempt(delivery, { body, sentAtMs: START_MS + seconds })));
    const first = await list(delivery);
    expect(first.data).toHaveLength(3);
    const second = await list(delivery, { limit: 50, cursor: first.nextCursor ?? '' });
    expect([second.data.map(({ number }) => number), second.nextCursor]).toEqual([[4], null]);
  });
});

function answered(body: Buffer): DeliveryAttempted {
  return anAttempt(aDelivery(), { response: { statusCode: 200, headers: [], body: body.toString('base64'), truncated: true } });
}
