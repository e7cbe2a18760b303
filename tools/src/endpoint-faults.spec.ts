import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const ROW = /^\| ([ES]\d+) \|.*\| ([^|]+) \|$/gm;

const rows = [...read('docs/endpoint-faults.md').matchAll(ROW)].map(([, id = '', files = '']) => [id, [...files.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file)] as const);
const numbered = (letter: string, count: number) => Array.from({ length: count }, (_, index) => `${letter}${index + 1}`);

describe('the page of endpoint faults', () => {
  it('has every fault once', () => {
    const ids = [...numbered('E', 27), ...numbered('S', 20)];
    expect(rows.map(([id]) => id)).toEqual(ids);
  });

  it.each(rows)('names for %s the files with a test of that title', (id, files) => {
    expect(files.length).toBeGreaterThan(0);
    const title = new RegExp(`(\\(|\\[)['"\`][^'"\`\\n]*\\b${id}[,:]`);
    expect(files.filter((file) => !title.test(read(file)))).toEqual([]);
  });
});
