import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { problem, problems, ProblemError, problemOf } from './problem.js';
import type { ProblemCode } from './problem.js';
import { routes } from './routes.js';

const codes = Object.keys(problems) as ProblemCode[];
const page = readFileSync(new URL('../../../../docs/problems.md', import.meta.url), 'utf8');

describe('the catalogue of problems', () => {
  it('is documented: one section for every code, and for no other', () => {
    expect([...page.matchAll(/^## `(\w+)`$/gm)].map(([, code]) => code).sort()).toEqual([...codes].sort());
  });

  it.each(codes)('the section of %s tells its HTTP status and what to do', (code) => {
    const [, section = ''] = page.split(`## \`${code}\`\n`);
    const [text = ''] = section.split('\n## ');
    expect(text).toContain(`HTTP ${problems[code].status}`);
    expect(text).toContain('**What to do.**');
  });

  it.each(codes)('%s has a status that tells whose fault it is, and the gRPC code that says the same', (code) => {
    const { status, grpc } = problems[code];
    const RETRYABLE_GRPC = 14;
    expect(status === 503).toBe(grpc === RETRYABLE_GRPC);
    expect(problem.parse(problemOf(new ProblemError(code)))).toMatchObject({ code, status });
  });

  it.each(codes.filter((code) => code !== 'internal'))('%s belongs to a route', (code) => {
    expect(routes.some((route) => route.problems.includes(code))).toBe(true);
  });
});
