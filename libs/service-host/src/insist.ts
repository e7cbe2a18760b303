import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';

const RETRY_MS = 500;

/** Does it until it works: what a starting process needs may come up after it. The first failure is logged. */
export async function insist<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let failures = 0; ; failures++) {
    try {
      return await work();
    } catch (error) {
      if (failures === 0) new Logger('Start').warn(`waiting: ${error instanceof Error ? error.message : String(error)}`);
      await sleep(RETRY_MS);
    }
  }
}
