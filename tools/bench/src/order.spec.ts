import { expect, it } from 'vitest';
import { orderOf } from './order.js';

it('runs what takes hours only when it is asked to', () => {
  expect(orderOf([]).scenarios).not.toContain('soak');
  expect(orderOf(['soak'])).toEqual({ size: 'full', scenarios: ['soak'] });
  expect(orderOf(['--smoke']).scenarios).toEqual([...orderOf([]).scenarios, 'soak']);
});

it('says what can be asked for', () => {
  expect(() => orderOf(['latencies'])).toThrow(/^latencies: there are throughput, .*soak, --quick/);
});
