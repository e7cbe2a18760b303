import { PortInUseError } from '@buildwire/embedded';
import type { EmbeddedService } from '@buildwire/embedded';
import { BusyPortError } from './ports.js';

const VARIABLE: Record<EmbeddedService, string> = { nats: 'NATS_PORT', postgres: 'POSTGRES_PORT' };

/** An error as a person wants to read it: what is wrong, and what to do. */
export function explain(error: unknown): string {
  if (error instanceof PortInUseError) return new BusyPortError(VARIABLE[error.service], error.port).message;
  if (!(error instanceof Error)) return String(error);
  return 'code' in error ? error.message : (error.stack ?? error.message);
}
