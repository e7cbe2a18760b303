import { hash } from 'node:crypto';
import type { Event, StatusChange } from '@buildwire/contracts';
import { followLine, outcomeOf } from '@buildwire/filters';
import type { BuildLine, BuildOutcome } from '@buildwire/filters';

/** An event that is new to the index. */
export interface NewEvent {
  organizationId: string;
  event: Event;
}

/** What a batch of events tells of one line of builds, in the order of arrival. */
export interface BuildHistory<Item extends NewEvent> {
  organizationId: string;
  line: BuildLine;
  /** Identifies the line within its organization, in hex. */
  digest: string;
  told: { item: Item; outcome: BuildOutcome }[];
}

/** The lines that some events are about. */
export function buildHistories<Item extends NewEvent>(items: readonly Item[]): BuildHistory<Item>[] {
  const histories = new Map<string, BuildHistory<Item>>();
  for (const item of items) {
    const told = outcomeOf(item.event);
    if (told === undefined) continue;
    const name = nameOf(told.line);
    const key = `${item.organizationId} ${name}`;
    const history = histories.get(key) ?? { organizationId: item.organizationId, digest: hash('sha256', name), line: told.line, told: [] };
    histories.set(key, history);
    history.told.push({ item, outcome: told.outcome });
  }
  return [...histories.values()];
}

export function historyKey({ organizationId, digest }: { organizationId: string; digest: string }): string {
  return `${organizationId} ${digest}`;
}

/** A history after what was known before it: what it comes to, and which of its events change something. */
export function continueHistory<Item extends NewEvent>({ told }: BuildHistory<Item>, known: BuildOutcome | undefined): { latest: BuildOutcome | undefined; changes: [Item, StatusChange][] } {
  const { latest, changes } = followLine(told.map(({ outcome }) => outcome), known);
  return { latest, changes: told.flatMap(({ item }, index) => pairOf(item, changes[index])) };
}

function pairOf<Item>(item: Item, change: StatusChange | null | undefined): [Item, StatusChange][] {
  return change === null || change === undefined ? [] : [[item, change]];
}

/** May be longer than an index takes: the table knows its digest. */
function nameOf({ appId, branch, platform, buildType }: BuildLine): string {
  return JSON.stringify([appId, branch, platform, buildType]);
}
