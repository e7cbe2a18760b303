import { problems, routes } from '@buildwire/contracts';
import { describe, expect, it } from 'vitest';
import { openApiDocument } from './openapi.js';

interface Operation {
  operationId: string;
  parameters?: { name: string; in: string }[];
  requestBody?: { content: Record<string, unknown> };
  responses: Record<string, { content?: Record<string, unknown> }>;
}

const document = openApiDocument('1.2.3') as unknown as { openapi: string; info: { version: string }; paths: Record<string, Record<string, Operation>> };

describe('the OpenAPI document', () => {
  it('is of version 3.1 and bears the version of the API', () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    expect(document.info.version).toBe('1.2.3');
  });

  describe.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))('at %s', (_title, route) => {
    const operation = document.paths[route.path]?.[route.method];
    const namesIn = (place: string) => operation?.parameters?.filter((parameter) => parameter.in === place).map(({ name }) => name) ?? [];

    it('tells every answer', () => {
      expect(operation?.responses).toHaveProperty(String(route.status));
      for (const code of route.problems) expect(operation?.responses[String(problems[code].status)]?.content).toHaveProperty('application/problem+json');
    });

    it('tells everything that can be sent', () => {
      expect(operation?.requestBody !== undefined).toBe(route.body !== undefined);
      expect(namesIn('path').map((name) => `{${name}}`)).toEqual(route.path.match(/\{\w+\}/g) ?? []);
      expect(namesIn('query')).toEqual(Object.keys(route.query?.shape ?? {}));
    });
  });

  it('has no route besides, and no operation id twice', () => {
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
    expect(operations).toHaveLength(routes.length);
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(routes.length);
  });

  it('has no reference that leads nowhere', () => {
    const references = referencesIn(document);
    expect(references.length).toBeGreaterThan(20);
    for (const reference of references) expect(targetOf(reference), reference).toBeDefined();
  });

  it('is plain JSON', () => {
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });
});

function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === '$ref' && typeof inner === 'string' ? [inner] : referencesIn(inner)));
}

function targetOf(reference: string): unknown {
  const parts = reference.replace(/^#\//, '').split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return parts.reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], document);
}
