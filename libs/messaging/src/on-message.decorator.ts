import type { MessageContract, Routed, ServiceName } from '@buildwire/contracts';
import { Catch, UseFilters, applyDecorators } from '@nestjs/common';
import type { RpcExceptionFilter } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { throwError } from 'rxjs';
import type { Observable } from 'rxjs';
import type { Origin, Outcome, Turn } from './outcome.js';

/** Binds our handlers to our transport only; in a hybrid application Nest offers every handler to every transport. */
export const JETSTREAM = Symbol('JetStream');

/** How a handler takes records: each on its own and concurrently, or all that have arrived, in order. */
export type Mode = 'each' | 'batch';

/** Refuses a method that takes other records or returns something else. */
type HandlerDecorator<Argument, Context, Result> = <Method extends (argument: Argument, context: Context) => Promise<Result>>(
  target: object,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<Method>,
) => void;

/** The method handles every record of a contract, each on its own. A throw is tried again: see {@link Outcome}. */
export function OnMessage<Record extends Routed, Unit extends Routed>(service: ServiceName, contract: MessageContract<string, Record, Unit>) {
  return handles<Unit, Turn, Outcome | void>(service, contract.name, 'each');
}

/** The method handles the records that have arrived, in the stream's order, and returns an outcome for each; nothing means all done. */
export function OnMessages<Record extends Routed, Unit extends Routed>(service: ServiceName, contract: MessageContract<string, Record, Unit>) {
  return handles<Unit[], Origin[], Outcome[] | void>(service, contract.name, 'batch');
}

/** The key under which Nest knows the handler of a service and a contract. */
export function patternOf(service: ServiceName, contractName: string): string {
  return `${service} ${contractName}`;
}

/** Without it Nest hides what was thrown behind `Internal server error`. */
@Catch()
class Rethrow implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}

function handles<Argument, Context, Result>(service: ServiceName, contractName: string, mode: Mode): HandlerDecorator<Argument, Context, Result> {
  const route = applyDecorators(EventPattern<string>(patternOf(service, contractName), JETSTREAM, { mode }), UseFilters(new Rethrow()));
  return (target, key, descriptor) => {
    Payload()(target, key, 0);
    Ctx()(target, key, 1);
    route(target, key, descriptor);
  };
}
