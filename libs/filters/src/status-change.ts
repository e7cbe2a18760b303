import { timestamp } from '@buildwire/contracts';
import type { Event, StatusChange } from '@buildwire/contracts';

/** Builds that are compared with each other. What an event does not say is an empty text. */
export interface BuildLine {
  appId: string;
  branch: string;
  platform: string;
  buildType: string;
}

/** How a build of a line ended. */
export interface BuildOutcome {
  passed: boolean;
  /** When, with six fractional digits: text that sorts by time. */
  endedAt: string;
  eventId: string;
}

/** The outcome that an event tells, and of which line; none unless a build passed or failed. */
export function outcomeOf(event: Event): { line: BuildLine; outcome: BuildOutcome } | undefined {
  if (event.type !== 'build.finished' && event.type !== 'build.failed') return undefined;
  const { app, build } = event;
  const line = { appId: app.id, branch: build?.source?.branch ?? '', platform: build?.platform ?? '', buildType: build?.type ?? '' };
  return { line, outcome: { passed: event.type === 'build.finished', endedAt: endOf(event), eventId: event.id } };
}

/**
 * What outcomes of one line change, each in its turn as it becomes known, and which is the latest then. One that ended before
 * the latest known is history: it changes nothing, so those who are told of changes hear `failed` and `fixed` in turn, and
 * last what holds, in whatever order events arrive.
 */
export function followLine(outcomes: readonly BuildOutcome[], known: BuildOutcome | undefined): { latest: BuildOutcome | undefined; changes: (StatusChange | null)[] } {
  let latest = known;
  const changes = outcomes.map((outcome) => {
    const change = changeBy(outcome, latest);
    if (latest === undefined || isLater(outcome, latest)) latest = outcome;
    return change;
  });
  return { latest, changes };
}

/** The first known outcome of a line changes nothing: nobody knows what was before. */
function changeBy(outcome: BuildOutcome, latest: BuildOutcome | undefined): StatusChange | null {
  if (latest === undefined || !isLater(outcome, latest) || outcome.passed === latest.passed) return null;
  return outcome.passed ? 'fixed' : 'failed';
}

/** A total order: outcomes of the same instant are told apart by their events. */
function isLater(one: BuildOutcome, other: BuildOutcome): boolean {
  return one.endedAt === other.endedAt ? one.eventId > other.eventId : one.endedAt > other.endedAt;
}

/** A clock that runs ahead must not win over all builds to come, so no build ends after its event was received. */
function endOf({ build, occurredAt, receivedAt }: Event): string {
  // A later hop checks the envelope only, so an instant in the build may be anything.
  const finishedAt = timestamp.safeParse(build?.timing?.finishedAt);
  const endedAt = finishedAt.success ? finishedAt.data : occurredAt;
  return endedAt < receivedAt ? endedAt : receivedAt;
}
