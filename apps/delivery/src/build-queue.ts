/** A delivery of a build that has not ended. A webhook asks for order, for the newest state only, or for both. */
export interface Queued {
  deliveryId: string;
  /** Its place among the deliveries of its build. */
  rank: number;
  eventType: string;
  state: 'waiting' | 'claimed' | 'sent';
  /** Whether its fate is asked for: it waits, its time has come, and nobody else touches it. */
  isDue: boolean;
  ordered: boolean;
  supersedes: boolean;
  /** Whether it waits because an attempt failed, not because it was put off. */
  isRetry: boolean;
  dueInMs: number;
  /** How long it has been held up, if it is. */
  heldForMs: number | undefined;
}

/** The newest state of a build that was released to the webhook. */
export interface Told {
  rank: number;
  eventType: string;
}

export type Fate =
  | { kind: 'send' }
  | { kind: 'cancel'; reason: string }
  /** An earlier delivery must end first: look again after `forMs`. `anew`: what holds it up is no failure, so its hour begins again. */
  | { kind: 'hold'; forMs: number; anew: boolean };

/** How long a delivery that keeps failing may hold up those behind it; then they overtake it. */
export const HOLD_LIMIT_MS = 3_600_000;
/** The end of a delivery wakes those behind it; they look for themselves too, in case nobody did, less and less often. */
const LOOK_MS = 1_000;
const LOOKS = 4;

/** The fate of each delivery of a build that is due, the earliest first: what goes ahead of the others holds them up. */
export function fatesOf(queue: readonly Queued[], told: Told | undefined): Map<string, Fate> {
  const fates = new Map<string, Fate>();
  let left = [...queue].sort((one, other) => one.rank - other.rank);
  for (const queued of left.filter(({ isDue }) => isDue)) {
    const fate = fateOf(queued, left, told);
    fates.set(queued.deliveryId, fate);
    if (fate.kind === 'cancel') left = left.filter((other) => other !== queued);
    if (fate.kind === 'send') left = left.map((other) => (other === queued ? { ...queued, state: 'claimed' } : other));
  }
  return fates;
}

function fateOf(queued: Queued, queue: readonly Queued[], told: Told | undefined): Fate {
  const wasOvertaken = told !== undefined && told.rank > queued.rank;
  const newest = queue.at(-1);
  if (queued.supersedes && newest !== undefined && newest.rank > queued.rank) return { kind: 'cancel', reason: `superseded by ${newest.eventType}` };
  if (queued.supersedes && wasOvertaken) return { kind: 'cancel', reason: `superseded by ${told.eventType}` };
  if (wasOvertaken) return { kind: 'cancel', reason: 'overtaken by a later state of its build' };
  if (!queued.ordered) return { kind: 'send' };

  const earlier = queue.filter(({ rank }) => rank < queued.rank);
  const onTheirWay = earlier.filter(({ state }) => state !== 'waiting');
  // What waits is not worth waiting for if this delivery takes its place.
  return holdOf(queued, queued.supersedes ? onTheirWay : earlier);
}

function holdOf({ heldForMs = 0 }: Queued, ahead: readonly Queued[]): Fate {
  if (ahead.length === 0) return { kind: 'send' };
  const onTheirWay = ahead.some(({ state }) => state !== 'waiting');
  const putOff = ahead.some(({ state, isRetry }) => state === 'waiting' && !isRetry);
  const leftMs = HOLD_LIMIT_MS - heldForMs;
  if (leftMs <= 0 && !onTheirWay && !putOff) return { kind: 'send' };

  const nextMs = onTheirWay ? 0 : Math.min(...ahead.map(({ dueInMs }) => dueInMs));
  const lookMs = Math.max(LOOK_MS, heldForMs / LOOKS, nextMs + LOOK_MS);
  return { kind: 'hold', forMs: Math.round(leftMs > 0 ? Math.min(lookMs, leftMs) : lookMs), anew: putOff };
}
