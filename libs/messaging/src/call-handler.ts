import type { MessageHandler } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { Incoming } from './incoming-message.js';
import type { Mode } from './on-message.decorator.js';
import type { Origin, Outcome, Turn } from './outcome.js';

/** Hands records to a handler as it wants them; resolves with an outcome for each, or with nothing if all are done. */
export async function callHandler(handler: MessageHandler, records: Incoming[]): Promise<Outcome[] | void> {
  if (modeOf(handler) === 'batch') return resultOf<Outcome[]>(await handler(records.map(({ record }) => record), records.map(originOf)));
  const [first] = records;
  const outcome = await resultOf<Outcome>(await handler(first?.record, first && turnOf(first)));
  return outcome === undefined ? undefined : [outcome];
}

function originOf({ index, message }: Incoming): Origin {
  return { sequence: message.sequence, index, redelivered: message.redelivered };
}

function turnOf({ index, message, stepAside = () => () => undefined }: Incoming): Turn {
  return { sequence: message.sequence, index, redelivered: message.redelivered, stepAside };
}

/** Nest answers with what the handler returned, or with an observable that fails with what it threw. */
async function resultOf<Result>(answer: unknown): Promise<Result | undefined> {
  return (isObservable(answer) ? await lastValueFrom(answer, { defaultValue: undefined }) : answer) as Result | undefined;
}

/** How a handler takes records. */
export function modeOf(handler: MessageHandler): Mode {
  return handler.extras?.['mode'] === 'batch' ? 'batch' : 'each';
}
