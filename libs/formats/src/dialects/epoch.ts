import { millisecondsOf } from '@buildwire/contracts';

/** An instant of an event as whole milliseconds since the epoch. */
export function epochOf(instant: string | undefined): number | undefined {
  return instant === undefined ? undefined : millisecondsOf(instant);
}

/** Whole seconds between two instants in epoch milliseconds, floored; none when clocks disagree, undefined when one is unknown. */
export function secondsBetween(from: number | undefined, to: number | undefined): number | undefined {
  if (from === undefined || to === undefined) return undefined;
  return Math.max(0, Math.floor((to - from) / 1_000));
}
