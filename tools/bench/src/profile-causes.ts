/** What CPU time goes into. */
export const causes = ['JSON', 'validation', 'NATS client', 'HTTP', 'crypto', 'Postgres client', 'garbage collector', 'our stages', 'other'] as const;
export type Cause = (typeof causes)[number];

/** A `.cpuprofile`, as far as it is read here. Times are in µs of the monotonic clock. */
export interface CpuProfile {
  startTime: number;
  nodes: ProfileNode[];
  /** Node ids, one for each sample. */
  samples: number[];
  timeDeltas: number[];
}

export interface ProfileNode {
  id: number;
  callFrame: { functionName: string; url: string };
  children?: number[];
}

/** The first pattern that a frame's file matches says its cause. */
const FILES: [RegExp, Cause][] = [
  [/\/name-json\.js$/, 'JSON'],
  [/^node:internal\/encoding/, 'JSON'],
  [/\/node_modules\/(zod|jsonc-parser)\//, 'validation'],
  [/\/libs\/(contracts|service-runtime\/dist\/strict-json)/, 'validation'],
  [/\/node_modules\/@nats-io\//, 'NATS client'],
  [/\/libs\/messaging\//, 'NATS client'],
  [/\/node_modules\/undici\//, 'HTTP'],
  [/\/libs\/outbound-http\//, 'HTTP'],
  [/^node:(internal\/)?crypto/, 'crypto'],
  [/\/libs\/signing\//, 'crypto'],
  [/\/node_modules\/(pg|pg-[a-z]+|postgres-[a-z]+|typeorm)\//, 'Postgres client'],
  [/\/libs\/database\//, 'Postgres client'],
  [/\/(apps|libs)\/[a-z-]+\/(dist|src)\//, 'our stages'],
  [/\/node_modules\//, 'other'],
];
/** Of Node's own: whoever calls it, pays; called by nobody else, it serves a socket. */
const SOCKETS = /^node:(net|_?http|_?tls|dns|internal\/(stream|dns|net|tls|js_stream))/;
/** V8's own work on strings for the wire. */
const TEXT = /^(utf8|latin1|ascii)(Write|Slice)|^encode(Into|Utf8String)|^(asciiWriteStatic|utf8WriteStatic)/;

/** Milliseconds of idling left out: µs of the main thread between two times, by cause. */
export function microsByCause({ nodes, samples, timeDeltas, startTime }: CpuProfile, window: { from: number; to: number }): Record<Cause, number> {
  const causeOf = causesOfNodes(nodes);
  const micros = Object.fromEntries(causes.map((cause) => [cause, 0])) as Record<Cause, number>;
  let at = startTime;
  for (const [place, sample] of samples.entries()) {
    const delta = timeDeltas[place] ?? 0;
    at += delta;
    const cause = causeOf.get(sample);
    if (cause !== undefined && at >= window.from && at <= window.to) micros[cause] += delta;
  }
  return micros;
}

/** By node id; an idle node has none. A frame that says nothing by itself counts with its caller. */
function causesOfNodes(nodes: readonly ProfileNode[]): Map<number, Cause> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const found = new Map<number, Cause>();
  for (const node of nodes) {
    if (node.callFrame.functionName === '(idle)') continue;
    found.set(node.id, causeOfStack(stackOf(node, byId, parents)));
  }
  return found;
}

/** From the frame up to its callers. */
function* stackOf(node: ProfileNode, byId: Map<number, ProfileNode>, parents: Map<number, number>): Generator<ProfileNode> {
  for (let frame: ProfileNode | undefined = node; frame !== undefined; frame = byId.get(parents.get(frame.id) ?? -1)) yield frame;
}

function causeOfStack(stack: Iterable<ProfileNode>): Cause {
  let served: Cause = 'other';
  for (const { callFrame } of stack) {
    const own = causeOfFrame(callFrame);
    if (own !== undefined) return own;
    if (SOCKETS.test(callFrame.url)) served = 'HTTP';
  }
  return served;
}

function causeOfFrame({ functionName, url }: ProfileNode['callFrame']): Cause | undefined {
  if (functionName === '(garbage collector)') return 'garbage collector';
  if (url === '') return TEXT.test(functionName) ? 'JSON' : undefined;
  return FILES.find(([pattern]) => pattern.test(url))?.[1];
}
