import { UNKNOWN_ORGANIZATION, deadLetterList, newId } from '@buildwire/contracts';
import type { MessageDeadLettered } from '@buildwire/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import { START_MS } from './spec-support/records.js';
import { useTestLog } from './spec-support/test-log.js';
import type { TestLog } from './spec-support/test-log.js';

const createLog = useTestLog();
let log: TestLog;
beforeAll(async () => {
  log = await createLog();
});

describe('the dead letters', () => {
  it('are told newest first, once each, page by page', async () => {
    const letters = Array.from({ length: 40 }, (_, index) => aDeadLetter('org_pages', { occurredAtMs: START_MS + (index % 7) }));
    await log.recordDeadLetters.handle(letters);
    await log.recordDeadLetters.handle(letters.slice(10));
    const ids: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await log.deadLetters.list('org_pages', { limit: 9, cursor });
      expect(deadLetterList.parse(page)).toEqual(page);
      ids.push(...page.data.map(({ id }) => id));
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    const inOrder = letters.sort((one, other) => other.occurredAtMs - one.occurredAtMs || (one.id < other.id ? 1 : -1));
    expect(ids).toEqual(inOrder.map(({ id }) => id));
  });

  it('show what was received: as text, or as base64 if it is none', async () => {
    const binary = Buffer.from([0xc3, 0x28]);
    await log.recordDeadLetters.handle([
      aDeadLetter('org_text', { payload: Buffer.from('{"a":\0 1').toString('base64'), occurredAtMs: START_MS + 1 }),
      aDeadLetter('org_text', { payload: binary.toString('base64'), truncated: true }),
    ]);
    expect((await log.deadLetters.list('org_text', { limit: 10 })).data).toMatchObject([
      { payload: '{"a":\0 1', truncated: false },
      { payload: binary.toString('base64'), payloadEncoding: 'base64', truncated: true },
    ]);
  });

  it('can always be stored, whatever they hold', async () => {
    await log.recordDeadLetters.handle([aDeadLetter(UNKNOWN_ORGANIZATION, { reason: 'nul \0 half \ud800', subject: 'a\0', payload: 'no base64 !' })]);
    expect((await log.deadLetters.list(UNKNOWN_ORGANIZATION, { limit: 10 })).data).toMatchObject([{ reason: 'nul \ufffd half \ufffd', subject: 'a\ufffd' }]);
  });

  it('are seen by their own organization only', async () => {
    await log.recordDeadLetters.handle([aDeadLetter('org_one'), aDeadLetter('org_one')]);
    expect((await log.deadLetters.list('org_two', { limit: 10 })).data).toEqual([]);
    const { nextCursor } = await log.deadLetters.list('org_one', { limit: 1 });
    await expect(log.deadLetters.list('org_two', { limit: 1, cursor: nextCursor ?? '' })).rejects.toMatchObject({ code: 'invalid_cursor' });
  });
});

function aDeadLetter(organizationId: string, given: Partial<MessageDeadLettered> = {}): MessageDeadLettered {
  return { id: newId('dlt'), organizationId, service: 'matching', subject: 'a.subject', reason: 'poison', payload: '', truncated: false, occurredAtMs: START_MS, ...given };
}
