import { defineConfig } from 'vitest/config';

/** One configuration for every project: sources of other projects are read as TypeScript, so a test never runs stale code. */
export default defineConfig({
  resolve: { conditions: ['@buildwire/source', 'node', 'import', 'module', 'default'] },
  ssr: { resolve: { conditions: ['@buildwire/source', 'node', 'default'] } },
  test: {
    include: ['src/**/*.spec.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    passWithNoTests: true,
  },
});
