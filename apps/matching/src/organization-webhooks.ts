import { eventType, matchesType } from '@buildwire/contracts';
import type { EventType, Filter, Variant } from '@buildwire/contracts';

/** What matching knows of a webhook. */
export interface WebhookTarget {
  id: string;
  variant: Variant;
  /** The only app whose events it gets; null for all. */
  appId: string | null;
  /** What else an event must be; null for nothing. */
  filter: Filter | null;
}

interface Entry extends WebhookTarget {
  types: TypeSet;
  /** Its place in its group. */
  position: number;
}

/** Webhooks of one app that want the same event types. */
interface Group {
  types: TypeSet;
  entries: Entry[];
}

/** A bit for each event type: sets of types are compared and searched as numbers. */
type TypeSet = number;

const TYPES = eventType.options;
const BIT_OF = new Map(TYPES.map((type, index) => [type, 1 << index]));

/**
 * The webhooks of an organization by app and event types. Patterns are resolved when a webhook comes in, and webhooks
 * that want the same share a group, so an event costs what it matches, however many webhooks there are. There may be a
 * million: a webhook takes two to four hundred bytes, and its filter.
 */
export class OrganizationWebhooks {
  private readonly entries = new Map<string, Entry>();
  private readonly groupsOfApp = new Map<string | null, readonly Group[]>();

  get size(): number {
    return this.entries.size;
  }

  /** Takes a webhook in, or its new settings. `events` are event types, or patterns of them. */
  put({ id, variant, appId, filter }: WebhookTarget, events: readonly string[]): void {
    this.remove(id);
    const types = typeSetOf(events);
    const group = this.groupOf(appId, types);
    const entry = { id, variant, appId, filter, types, position: group?.entries.length ?? 0 };
    this.entries.set(id, entry);
    if (group !== undefined) group.entries.push(entry);
    else this.groupsOfApp.set(appId, [...(this.groupsOfApp.get(appId) ?? []), { types, entries: [entry] }]);
  }

  remove(id: string): void {
    const entry = this.entries.get(id);
    if (entry === undefined) return;
    this.entries.delete(id);
    const group = this.groupOf(entry.appId, entry.types);
    const last = group?.entries.pop();
    if (group === undefined || last === undefined) return;
    if (group.entries.length === 0) this.dropGroup(entry.appId, group);
    if (last === entry) return;
    group.entries[entry.position] = last;
    last.position = entry.position;
  }

  /** The webhooks that want events of this type of this app, their filters aside. */
  match(type: EventType, appId: string): WebhookTarget[] {
    const bit = BIT_OF.get(type) ?? 0;
    const groups = [...(this.groupsOfApp.get(null) ?? []), ...(this.groupsOfApp.get(appId) ?? [])];
    return groups.filter(({ types }) => (types & bit) !== 0).flatMap(({ entries }) => entries);
  }

  private groupOf(appId: string | null, types: TypeSet): Group | undefined {
    return this.groupsOfApp.get(appId)?.find((group) => group.types === types);
  }

  private dropGroup(appId: string | null, group: Group): void {
    const left = this.groupsOfApp.get(appId)?.filter((other) => other !== group) ?? [];
    if (left.length > 0) this.groupsOfApp.set(appId, left);
    else this.groupsOfApp.delete(appId);
  }
}

const resolved = new Map<string, TypeSet>();

function typeSetOf(patterns: readonly string[]): TypeSet {
  return patterns.reduce((types, pattern) => types | typesOf(pattern), 0);
}

/** The patterns that match something are few (see `eventTypePattern`), so the memory of them is bounded. */
function typesOf(pattern: string): TypeSet {
  const known = resolved.get(pattern);
  if (known !== undefined) return known;
  const types = TYPES.filter((type) => matchesType(pattern, type)).reduce((all, type) => all | (BIT_OF.get(type) ?? 0), 0);
  resolved.set(pattern, types);
  return types;
}
