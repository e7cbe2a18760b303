import type { Fault, Filter } from '@buildwire/contracts';
import { describeFault, parseExpression } from './expression.js';

/** What is wrong with a filter that is well formed; pointers are from the filter. */
export function filterFaults({ expression }: Filter): Fault[] {
  if (expression === undefined) return [];
  const parsed = parseExpression(expression);
  return 'fault' in parsed ? [{ pointer: '/expression', detail: describeFault(parsed.fault) }] : [];
}
