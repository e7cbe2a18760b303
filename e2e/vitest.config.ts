import { mergeConfig } from 'vitest/config';
import base from '../tools/vitest.config.js';

/** The built services as processes of their own: one file at a time, since each brings up a whole system. */
export default mergeConfig(base, {
  test: { include: ['src/**/*.e2e.ts'], fileParallelism: false, testTimeout: 120_000, hookTimeout: 120_000, passWithNoTests: false },
});
