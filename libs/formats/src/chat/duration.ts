import { millisecondsOf } from '@buildwire/contracts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The two largest units, cut and not rounded: `12m 43s`, `2h 5m`, `8s`. Undefined for what is no duration. */
export function duration(ms: number | undefined): string | undefined {
  if (ms === undefined || !(ms >= 0)) return undefined;
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)}s`;
  if (ms < HOUR) return twoUnits(ms, MINUTE, 'm', SECOND, 's');
  if (ms < DAY) return twoUnits(ms, HOUR, 'h', MINUTE, 'm');
  return twoUnits(ms, DAY, 'd', HOUR, 'h');
}

/** The time from one instant to another. */
export function durationBetween(from: string | undefined, to: string | undefined): string | undefined {
  return from === undefined || to === undefined ? undefined : duration(millisecondsOf(to) - millisecondsOf(from));
}

function twoUnits(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  return `${Math.floor(ms / large)}${largeName} ${Math.floor((ms % large) / small)}${smallName}`;
}
