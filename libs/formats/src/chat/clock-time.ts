import { millisecondsOf } from '@buildwire/contracts';

/** Whole seconds since the epoch, as the targets' tokens for the reader's own time take them. */
export function epochSeconds(instant: string): number {
  return Math.floor(millisecondsOf(instant) / 1_000);
}

/** `2026-05-10 14:23 UTC`, for clients that do not show local time. */
export function utcOf(epochSeconds: number): string {
  return `${isoOf(epochSeconds).slice(0, 16).replace('T', ' ')} UTC`;
}

/** `2026-05-10T14:23:45Z` */
export function isoOf(epochSeconds: number): string {
  return new Date(epochSeconds * 1_000).toISOString().replace('.000Z', 'Z');
}
