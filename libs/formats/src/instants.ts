const LENGTH = '2026-05-10T14:23:45.123'.length;

/** An instant of an event with three fractional digits, as most products write it. The rest is cut: rounding could move an end past what came after it. */
export function inMilliseconds(instant: string | undefined): string | undefined {
  return instant === undefined ? undefined : `${instant.slice(0, LENGTH)}Z`;
}
