import { eventTypes, matchesType } from '@buildwire/contracts';
import type { Dialect, EventType, Format } from '@buildwire/contracts';

/** What matching knows of a webhook. */
export interface WebhookTarget {
  id: string;
  format: Format;
  dialect: Dialect;
  /** The only app whose events it gets; null for all. */
  appId: string | null;
}

interface Entry extends WebhookTarget {
  types: TypeSet;
}

/** Webhooks of one app that want the same event types. */
interface Group {
  types: TypeSet;
  entries: Set<Entry>;
}

/** A bit for each event type: sets of types are compared and searched as numbers. */
type TypeSet = number;

const TYPES = Object.keys(eventTypes) as EventType[];
const BIT_OF = new Map(TYPES.map((type, index) => [type, 1 << index]));

/**
 * The webhooks of an organization by app and event types. Patterns are resolved when a webhook comes in, and webhooks
 * that want the same share a group, so an event costs what it matches, however many webhooks there are.
 */
export class OrganizationWebhooks {
  private readonly entries = new Map<string, Entry>();
  private readonly groupsOfApp = new Map<string | null, Group[]>();

  get size(): number {
    return this.entries.size;
  }

  /** Takes a webhook in, or its new settings. `events` are event types, or patterns of them. */
  put({ id, format, dialect, appId }: WebhookTarget, events: readonly string[]): void {
    this.remove(id);
    const entry = { id, format, dialect, appId, types: typeSetOf(events) };
    this.entries.set(id, entry);
    this.groupFor(entry).entries.add(entry);
  }

  remove(id: string): void {
    const entry = this.entries.get(id);
    if (entry === undefined) return;
    this.entries.delete(id);
    const group = this.groupFor(entry);
    group.entries.delete(entry);
    if (group.entries.size === 0) this.dropGroup(entry.appId, group);
  }

  /** The webhooks that want events of this type of this app. */
  match(type: EventType, appId: string): WebhookTarget[] {
    const bit = BIT_OF.get(type) ?? 0;
    const matches: WebhookTarget[] = [];
    for (const app of [null, appId]) {
      for (const { types, entries } of this.groupsOfApp.get(app) ?? []) {
        if ((types & bit) !== 0) for (const entry of entries) matches.push(entry);
      }
    }
    return matches;
  }

  private groupFor({ appId, types }: Entry): Group {
    const groups = this.groupsOfApp.get(appId) ?? [];
    this.groupsOfApp.set(appId, groups);
    const known = groups.find((group) => group.types === types);
    if (known !== undefined) return known;
    const group = { types, entries: new Set<Entry>() };
    groups.push(group);
    return group;
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
