import type { ASTNode } from '@marcbachmann/cel-js';

/** Loops over a list, written `list.exists(item, condition)`. */
const LOOPS = new Set(['all', 'exists', 'exists_one', 'filter']);

/** What may be called, and with how many arguments at most, the receiver of a method not counted. */
const FUNCTIONS = new Map([
  ...['bool', 'double', 'duration', 'dyn', 'has', 'int', 'size', 'string', 'timestamp', 'type', 'uint'].map((name) => [name, 1] as const),
  ...['contains', 'endsWith', 'startsWith'].map((name) => [name, 1] as const),
  ...['lowerAscii', 'trim', 'upperAscii'].map((name) => [name, 0] as const),
  // In UTC: a time zone of the caller's is looked up anew each time, which is slow.
  ...['getDate', 'getDayOfMonth', 'getDayOfWeek', 'getDayOfYear', 'getFullYear', 'getHours', 'getMilliseconds', 'getMinutes', 'getMonth', 'getSeconds'].map((name) => [name, 0] as const),
  ...[...LOOPS].map((name) => [name, 2] as const),
]);

/** The library reads a duration in time that grows with the third power of its length: minutes for what an event may hold. */
const MAX_DURATION = 32;

/** What cannot be allowed in an expression, and where. */
export interface ExpressionLimit {
  node: ASTNode;
  message: string;
}

/**
 * The first thing in an expression whose cost could not be bounded. What is left cannot make a value larger again and again,
 * nor loop within a loop, nor search for or parse a text of the event's choosing in more than linear time; so the work of an evaluation is at most the number of
 * its nodes times what it reads of the event (see `meteredView`).
 */
export function findLimit(node: ASTNode, inLoop = false): ExpressionLimit | undefined {
  if (node.op === 'call') return limitOfCall(node, node.args[0], node.args[1], undefined, inLoop);
  if (node.op === 'rcall') return limitOfCall(node, node.args[0], node.args[2], node.args[1], inLoop);
  return firstLimit(childrenOf(node), inLoop);
}

function limitOfCall(node: ASTNode, name: string, args: readonly ASTNode[], receiver: ASTNode | undefined, inLoop: boolean): ExpressionLimit | undefined {
  const message = faultOfCall(name, args, inLoop);
  if (message !== undefined) return { node, message };
  const ofReceiver = receiver === undefined ? undefined : findLimit(receiver, inLoop);
  return ofReceiver ?? firstLimit(args, inLoop || isLoop(name));
}

function faultOfCall(name: string, args: readonly ASTNode[], inLoop: boolean): string | undefined {
  const most = FUNCTIONS.get(name);
  if (name === 'matches') return 'regular expressions cannot be used; use contains, startsWith or endsWith';
  if (most === undefined) return `${name}() cannot be used`;
  if (args.length > most) return `${name}() takes at most ${most} argument${most === 1 ? '' : 's'} here`;
  if (isLoop(name) && inLoop) return `${name}() cannot be used within another loop`;
  return faultOfArgument(name, args[0]);
}

function faultOfArgument(name: string, argument: ASTNode | undefined): string | undefined {
  const length = textIn(argument)?.length;
  if (name === 'contains' && length === undefined) return 'contains() takes a text in quotes only';
  if (name === 'duration' && (length === undefined || length > MAX_DURATION)) return `duration() takes a text in quotes only, of at most ${MAX_DURATION} characters`;
  return undefined;
}

function textIn(node: ASTNode | undefined): string | undefined {
  return node?.op === 'value' && typeof node.args === 'string' ? node.args : undefined;
}

function isLoop(name: string): boolean {
  return LOOPS.has(name);
}

function firstLimit(nodes: readonly ASTNode[], inLoop: boolean): ExpressionLimit | undefined {
  for (const node of nodes) {
    const limit = findLimit(node, inLoop);
    if (limit !== undefined) return limit;
  }
  return undefined;
}

function childrenOf({ args }: ASTNode): ASTNode[] {
  const flat: unknown[] = Array.isArray(args) ? args.flat() : [args];
  return flat.filter(isNode);
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value;
}
