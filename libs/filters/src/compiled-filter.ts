import type { Event, Filter, MatchRule, RuleResult, StatusChange } from '@buildwire/contracts';
import { matchesBranches } from './branch-glob.js';
import { describeFault, parseExpression } from './expression.js';
import type { Verdict } from './expression.js';

/** What is asked: an event, and what it changed on its line of builds when it was matched. */
export interface Subject {
  event: Event;
  change: StatusChange | null;
}

interface Rule {
  name: MatchRule;
  judge(subject: Subject): Verdict;
}

/** A filter ready to be asked. */
export interface CompiledFilter {
  /** The conditions that are given, the dearest last. */
  rules: readonly Rule[];
}

/** Never throws: an expression that cannot be used (see `filterFaults`) lets nothing through. */
export function compileFilter(filter: Filter): CompiledFilter {
  const { automationIds, platforms, branches, buildTypes, statusChanged, expression } = filter;
  const rules: (Rule | undefined)[] = [
    automationIds && oneOf('automationIds', 'automation', automationIds, ({ automation }) => automation?.id),
    platforms && oneOf('platforms', 'platform', platforms, ({ build, deployment }) => build?.platform ?? deployment?.platform),
    branches && branchRule(branches),
    buildTypes && oneOf('buildTypes', 'build type', buildTypes, ({ build }) => build?.type),
    statusChanged && statusRule(statusChanged),
    expression === undefined ? undefined : expressionRule(expression),
  ];
  return { rules: rules.filter((rule) => rule !== undefined) };
}

/** Does the filter let the event through? */
export function accepts({ rules }: CompiledFilter, subject: Subject): boolean {
  return rules.every((rule) => rule.judge(subject).passed);
}

/** What each of its conditions says. */
export function judge({ rules }: CompiledFilter, subject: Subject): RuleResult[] {
  return rules.map((rule) => ({ rule: rule.name, ...rule.judge(subject) }));
}

function oneOf(name: MatchRule, what: string, wanted: readonly string[], valueOf: (event: Event) => string | undefined): Rule {
  return { name, judge: ({ event }) => judgeValue(what, valueOf(event), (value) => wanted.includes(value)) };
}

function branchRule(patterns: readonly string[]): Rule {
  return { name: 'branches', judge: ({ event }) => judgeValue('branch', event.build?.source?.branch, (branch) => matchesBranches(patterns, branch)) };
}

function judgeValue(what: string, value: string | undefined, isWanted: (value: string) => boolean): Verdict {
  if (value === undefined || value === '') return { passed: false, reason: `the event does not say its ${what}` };
  const passed = isWanted(value);
  return { passed, reason: `the ${what} ${JSON.stringify(shortened(value))} is ${passed ? 'wanted' : 'not wanted'}` };
}

function statusRule(wanted: readonly StatusChange[]): Rule {
  return {
    name: 'statusChanged',
    judge: ({ change }) => {
      if (change === null) return { passed: false, reason: 'the event changes nothing: it is no build that failed after one that passed, or the other way about' };
      return { passed: wanted.includes(change), reason: change === 'failed' ? 'the build failed after one that passed' : 'the build passed after one that failed' };
    },
  };
}

function expressionRule(text: string): Rule {
  const parsed = parseExpression(text);
  if ('expression' in parsed) return { name: 'expression', judge: ({ event }) => parsed.expression.evaluate(event) };
  const reason = `the expression cannot be used: ${describeFault(parsed.fault)}`;
  return { name: 'expression', judge: () => ({ passed: false, reason }) };
}

function shortened(value: string): string {
  return value.length > 100 ? `${value.slice(0, 100)}…` : value;
}
