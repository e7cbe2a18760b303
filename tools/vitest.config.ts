import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

const SOURCE = '@buildwire/source';

/** One configuration for every project: sources of other projects are read as TypeScript, so a test never runs stale code. */
export default defineConfig({
  resolve: { conditions: [SOURCE, ...defaultServerConditions] },
  ssr: { resolve: { conditions: [SOURCE, ...defaultServerConditions], externalConditions: [SOURCE] } },
  test: {
    include: ['src/**/*.spec.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    passWithNoTests: true,
    // Counted by tools/count-tests.mjs.
    reporters: ['default', 'json'],
    outputFile: { json: 'test-results.json' },
  },
});
