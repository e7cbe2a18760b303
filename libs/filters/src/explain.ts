import { matchesType } from '@buildwire/contracts';
import type { RuleResult } from '@buildwire/contracts';
import { judge } from './compiled-filter.js';
import type { CompiledFilter, Subject } from './compiled-filter.js';

/** What a webhook wants. */
export interface Subscription {
  /** Event types, or patterns of them. */
  events: readonly string[];
  /** The only app whose events it gets; null for all. */
  appId: string | null;
  filter: CompiledFilter | null;
}

export interface Explanation {
  matches: boolean;
  rules: RuleResult[];
}

/** Whether a webhook wants an event, and what each of its settings says. */
export function explain({ events, appId, filter }: Subscription, subject: Subject): Explanation {
  const rules = [judgeType(events, subject), ...(appId === null ? [] : [judgeApp(appId, subject)]), ...(filter === null ? [] : judge(filter, subject))];
  return { matches: rules.every(({ passed }) => passed), rules };
}

function judgeType(events: readonly string[], { event: { type } }: Subject): RuleResult {
  const fitting = events.find((pattern) => matchesType(pattern, type));
  return { rule: 'events', passed: fitting !== undefined, reason: fitting === undefined ? `${type} is not wanted` : `${fitting} fits ${type}` };
}

function judgeApp(appId: string, { event: { app } }: Subject): RuleResult {
  const passed = app.id === appId;
  return { rule: 'appId', passed, reason: passed ? 'the app is wanted' : `the app is ${app.id}` };
}
