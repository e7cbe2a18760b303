import { describe, expect, it } from 'vitest';
import { outdatedFiles, withTable } from './docs/generated-files.js';

describe('the generated docs', () => {
  it('are up to date with the schemas and contracts: if not, run npm run docs', async () => {
    expect((await outdatedFiles()).map(({ path }) => path)).toEqual([]);
  });

  it('refuse a text without their markers', () => {
    expect(() => withTable('# Buildwire', '| a |')).toThrow('the markers are missing');
  });
});
