import { MAX_EXPRESSION_LENGTH } from '@buildwire/contracts';
import type { Event } from '@buildwire/contracts';
import { Environment, EvaluationError, ParseError, TypeError } from '@marcbachmann/cel-js';
import type { ParseResult } from '@marcbachmann/cel-js';
import { findLimit } from './expression-limits.js';
import { meteredView } from './metered-view.js';

/** Why an expression cannot be used, and where. */
export interface ExpressionFault {
  message: string;
  /** From 1. */
  line: number;
  column: number;
}

export type Verdict = { passed: boolean; reason: string };

/** An expression in CEL over `event`, ready to be asked. Its cost is bounded, whatever it and the event hold. */
export interface Expression {
  evaluate(event: Event): Verdict;
}

const environment = new Environment({
  homogeneousAggregateLiterals: false,
  limits: { maxAstNodes: 250, maxDepth: 32, maxListElements: 100, maxMapEntries: 20, maxCallArguments: 4 },
}).registerVariable('event', 'map');

/** An error may quote the event. */
const MAX_REASON = 300;

const USABLE_TYPES: readonly unknown[] = ['bool', 'dyn'];

/** Never throws: gives the expression, or what is wrong with it. */
export function parseExpression(text: string): { expression: Expression } | { fault: ExpressionFault } {
  if (text.length > MAX_EXPRESSION_LENGTH) return { fault: faultAt(text, 0, `is longer than ${MAX_EXPRESSION_LENGTH} characters`) };
  try {
    const parsed = environment.parse(text);
    const fault = limitOf(text, parsed) ?? faultOfTypes(text, parsed);
    return fault === undefined ? { expression: { evaluate: (event) => evaluate(parsed, event) } } : { fault };
  } catch (error) {
    return { fault: faultOf(text, error) };
  }
}

/** One line for people: `line 1, column 7: …`. */
export function describeFault({ message, line, column }: ExpressionFault): string {
  return `line ${line}, column ${column}: ${message}`;
}

function limitOf(text: string, { ast }: ParseResult): ExpressionFault | undefined {
  const limit = findLimit(ast);
  return limit === undefined ? undefined : faultAt(text, limit.node.start, limit.message);
}

function faultOfTypes(text: string, parsed: ParseResult): ExpressionFault | undefined {
  const { valid, type, error } = parsed.check();
  if (!valid) return faultOf(text, error);
  return USABLE_TYPES.includes(type) ? undefined : faultAt(text, 0, `is of type ${type}; it must be true or false`);
}

function evaluate(parsed: ParseResult, event: Event): Verdict {
  try {
    const answer: unknown = parsed({ event: meteredView(event) });
    if (answer === true) return { passed: true, reason: 'the expression is true' };
    return { passed: false, reason: answer === false ? 'the expression is false' : 'the expression is neither true nor false' };
  } catch (error) {
    return { passed: false, reason: `the expression cannot be evaluated: ${summaryOf(error).slice(0, MAX_REASON)}` };
  }
}

function faultOf(text: string, error: unknown): ExpressionFault {
  const start = isCelError(error) ? (error.range?.start ?? 0) : 0;
  return faultAt(text, start, summaryOf(error));
}

function faultAt(text: string, offset: number, message: string): ExpressionFault {
  const lines = text.slice(0, offset).split('\n');
  return { message, line: lines.length, column: [...(lines.at(-1) ?? '')].length + 1 };
}

/** The message of such an error also holds the expression and a picture of the place. */
function summaryOf(error: unknown): string {
  if (isCelError(error)) return error.summary;
  return error instanceof Error ? error.message : String(error);
}

function isCelError(error: unknown): error is ParseError | TypeError | EvaluationError {
  return error instanceof ParseError || error instanceof TypeError || error instanceof EvaluationError;
}
