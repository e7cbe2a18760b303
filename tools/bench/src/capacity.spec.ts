import { describe, expect, it } from 'vitest';
import { LEADER_MESSAGES_PER_SECOND, UTILISATION, capacityFor, costOf } from './capacity.js';
import type { ModelInputs } from './capacity.js';

const free = { perEvent: 0, perDelivery: 0 };
const inputs: ModelInputs = {
  cpuMicros: { matching: { perEvent: 300, perDelivery: 0 }, delivery: { perEvent: 0, perDelivery: 200 }, postgres: { perEvent: 0, perDelivery: 100 } },
  messages: { EVENTS: { perEvent: 0.1, perDelivery: 0 }, RENDERED: { perEvent: 0, perDelivery: 1 } },
  natsBytes: { perEvent: 3_000, perDelivery: 1_000 },
  walBytes: { perEvent: 0, perDelivery: 4_000 },
  tableBytes: { perEvent: 0, perDelivery: 1_000 },
};

describe('a cost', () => {
  it('is taken apart by two fan-outs', () => {
    const at = (fanOut: number) => ({ fanOut, perDelivery: 100 + 50 / fanOut });
    const { perEvent, perDelivery } = costOf(at(1), at(10));
    expect(perEvent).toBeCloseTo(50);
    expect(perDelivery).toBeCloseTo(100);
  });

  it('is never below nothing, however noisy the figures', () => {
    expect(costOf({ fanOut: 1, perDelivery: 10 }, { fanOut: 10, perDelivery: 12 })).toEqual({ perEvent: 0, perDelivery: 12 });
  });
});

describe('the capacity for a rate', () => {
  it('has the replicas whose cores it takes, and room beside', () => {
    const { replicas, cores, eventsPerSecond } = capacityFor(30_000, inputs);
    expect(eventsPerSecond).toBe(10_000);
    expect(replicas).toEqual({ matching: Math.ceil(3 / UTILISATION), delivery: Math.ceil(6 / UTILISATION) });
    expect(cores).toEqual({ postgres: 3 });
  });

  it('never has a stage without a second replica', () => {
    expect(capacityFor(1, inputs).replicas).toEqual({ matching: 2, delivery: 2 });
  });

  it('cuts a stream that is too much for one leader', () => {
    const { busiestStream, natsMessagesPerSecond } = capacityFor(LEADER_MESSAGES_PER_SECOND * 3, inputs);
    expect(busiestStream).toEqual({ name: 'RENDERED', messagesPerSecond: LEADER_MESSAGES_PER_SECOND * 3, partitions: 3 });
    expect(natsMessagesPerSecond).toBeCloseTo(LEADER_MESSAGES_PER_SECOND * 3.1);
    expect(capacityFor(10, inputs).busiestStream.partitions).toBe(1);
  });

  it('counts bytes by the second and by the day', () => {
    const { natsBytesPerSecond, walBytesPerSecond, tableBytesPerDay } = capacityFor(3, { ...inputs, messages: { NONE: free } });
    expect([natsBytesPerSecond, walBytesPerSecond, tableBytesPerDay]).toEqual([6_000, 12_000, 3_000 * 86_400]);
  });
});
