import { describe, expect, it } from 'vitest';
import { causes, microsByCause } from './profile-causes.js';
import type { Cause, CpuProfile } from './profile-causes.js';

type Frame = [functionName: string, url: string];

const ROOT: Frame = ['(root)', ''];
const IN_STAGE: Frame = ['handle', 'file:///checkout/apps/matching/dist/match-event.handler.js'];
const ALL = { from: 0, to: Number.MAX_SAFE_INTEGER };

describe('a sample counts as', () => {
  it.each<[Cause, Frame[]]>([
    ['JSON', [IN_STAGE, ['parseJson', 'file:///checkout/tools/bench/dist/name-json.js']]],
    ['JSON', [IN_STAGE, ['utf8Slice', '']]],
    ['JSON', [['send', 'file:///checkout/node_modules/@nats-io/nats-core/lib/protocol.js'], ['encode', 'node:internal/encoding']]],
    ['validation', [IN_STAGE, ['run', 'file:///checkout/node_modules/zod/v4/core/schemas.js']]],
    ['validation', [IN_STAGE, ['parse', 'file:///checkout/libs/contracts/dist/message-contract.js']]],
    ['validation', [IN_STAGE, ['strictJson', 'file:///checkout/libs/service-runtime/dist/strict-json.js']]],
    ['NATS client', [['publish', 'file:///checkout/libs/messaging/dist/publisher.js']]],
    ['NATS client', [['publish', 'file:///checkout/node_modules/@nats-io/nats-core/lib/nats.js'], ['write', 'node:net'], ['writev', '']]],
    ['HTTP', [IN_STAGE, ['dispatch', 'file:///checkout/node_modules/undici/lib/dispatcher/client.js']]],
    ['HTTP', [ROOT, ['onStreamRead', 'node:internal/stream_base_commons']]],
    ['crypto', [IN_STAGE, ['update', 'node:internal/crypto/hash']]],
    ['crypto', [IN_STAGE, ['sign', 'file:///checkout/libs/signing/dist/sign-request.js']]],
    ['Postgres client', [ROOT, ['onStreamRead', 'node:internal/stream_base_commons'], ['parse', 'file:///checkout/node_modules/pg-protocol/dist/parser.js'], ['slice', 'node:buffer']]],
    ['garbage collector', [IN_STAGE, ['(garbage collector)', '']]],
    ['our stages', [ROOT, IN_STAGE]],
    ['our stages', [ROOT, IN_STAGE, ['processTicksAndRejections', 'node:internal/process/task_queues']]],
    ['our stages', [['render', 'file:///checkout/libs/formats/dist/registry.js']]],
    ['other', [IN_STAGE, ['resolve', 'file:///checkout/node_modules/@nestjs/core/router.js']]],
    ['other', [ROOT, ['(program)', '']]],
  ])('%s: %j', (cause, stack) => {
    expect(microsByCause(profileOf(stack), ALL)).toEqual({ ...Object.fromEntries(causes.map((each) => [each, 0])), [cause]: 100 });
  });

  it('nothing while the process idles', () => {
    expect(Object.values(microsByCause(profileOf([ROOT, ['(idle)', '']]), ALL))).toEqual(causes.map(() => 0));
  });

  it('nothing outside of the time that was measured', () => {
    const profile: CpuProfile = { ...profileOf([IN_STAGE]), startTime: 1_000, samples: [1, 1, 1], timeDeltas: [100, 100, 100] };
    expect(microsByCause(profile, { from: 1_150, to: 1_250 })['our stages']).toBe(100);
  });
});

/** One sample of 100 µs in the last frame, which the one before it called, and so on. */
function profileOf(stack: Frame[]): CpuProfile {
  const nodes = stack.map(([functionName, url], index) => ({ id: index + 1, callFrame: { functionName, url }, children: index + 1 < stack.length ? [index + 2] : [] }));
  return { startTime: 0, nodes, samples: [stack.length], timeDeltas: [100] };
}
