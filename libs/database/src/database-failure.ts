import { UnavailableError } from '@buildwire/contracts';

/**
 * What a failed query means. `away`: the server cannot be reached or cannot work now. `conflict`: two transactions met,
 * and this one may simply run again. `unmigrated`: the tables are not those of this version yet. `other`: our mistake.
 */
export type Failure = 'away' | 'conflict' | 'unmigrated' | 'other';

const SYSTEM_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN']);
/** pg's own errors have no code. */
const DRIVER_MESSAGES = /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|Client has encountered a connection error|Client was closed|Cannot use a pool after calling end)/;
/** Connection lost, resources used up, shutting down, canceled by a time limit, read-only after a failover, idle in transaction, disk errors. */
const AWAY_STATES = /^(08|53|57P|57014|25006|25P03|25P04|55P03|58)/;
const CONFLICT_STATES = new Set(['40001', '40P01']);
/** No such table, schema, column, or key of an upsert. */
const UNMIGRATED_STATES = new Set(['42P01', '3F000', '42703', '42P10']);

export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return 'other';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (CONFLICT_STATES.has(code)) return 'conflict';
  if (UNMIGRATED_STATES.has(code)) return 'unmigrated';
  return SYSTEM_CODES.has(code) || AWAY_STATES.test(code) || DRIVER_MESSAGES.test(error.message) ? 'away' : 'other';
}

/** The error to throw: an {@link UnavailableError} if waiting may help, otherwise the error itself. */
export function toThrow(error: unknown): unknown {
  switch (failureOf(error)) {
    case 'away':
    case 'conflict':
      return new UnavailableError('database', { cause: error });
    case 'unmigrated':
      return new UnavailableError('database', { cause: error, detail: 'the database lacks what this version needs: the migrations have not run' });
    case 'other':
      return error;
  }
}
