import type { MessageHandler } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { Incoming } from './incoming-message.js';
import type { Mode } from './on-message.decorator.js';
import type { Outcome } from './outcome.js';

/** Hands records to a handler as it wants them; resolves with an outcome for each, or with nothing if all are done. */
export async function callHandler(handler: MessageHandler, records: Incoming[]): Promise<Outcome[] | void> {
  const origins = records.map(({ index, message }) => ({ sequence: message.sequence, index }));
  if (modeOf(handler) === 'batch') return resultOf<Outcome[]>(await handler(records.map(({ record }) => record), origins));
  const outcome = await resultOf<Outcome>(await handler(records[0]?.record, origins[0]));
  return outcome === undefined ? undefined : [outcome];
}

/** Nest answers with what the handler returned, or with an observable that fails with what it threw. */
async function resultOf<Result>(answer: unknown): Promise<Result | undefined> {
  return (isObservable(answer) ? await lastValueFrom(answer, { defaultValue: undefined }) : answer) as Result | undefined;
}

/** How a handler takes records. */
export function modeOf(handler: MessageHandler): Mode {
  return handler.extras?.['mode'] === 'batch' ? 'batch' : 'each';
}
