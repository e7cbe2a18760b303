import { problem, problems, routes } from '@buildwire/contracts';
import type { ProblemCode, Route } from '@buildwire/contracts';
import { createDocument } from 'zod-openapi';
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject, ZodOpenApiResponsesObject } from 'zod-openapi';

/** The public API as an OpenAPI 3.1 document, made from the schemas that validate it. */
export function openApiDocument(version: string): ReturnType<typeof createDocument> {
  return createDocument({
    openapi: '3.1.0',
    info: { title: 'Buildwire', version, description: 'The webhook service of a build platform.' },
    security: [{ apiKey: [] }],
    components: { securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: 'An API key: bw_…' } } },
    paths: pathsOf(routes),
  });
}

function pathsOf(all: readonly Route[]): ZodOpenApiPathsObject {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const route of all) paths[route.path] = { ...paths[route.path], [route.method]: operationOf(route) };
  return paths;
}

function operationOf({ method, path, tag, summary, query, body, status, answer, problems: codes }: Route): ZodOpenApiOperationObject {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');
  return {
    tags: [tag],
    summary,
    operationId: `${method}${path.replace(/[^A-Za-z]+(\w)/g, (_, letter: string) => letter.toUpperCase()).replace(/\W/g, '')}`,
    ...(names.length === 0 ? {} : { parameters: names.map((name) => ({ name, in: 'path' as const, required: true, schema: { type: 'string' as const } })) }),
    ...(query === undefined ? {} : { requestParams: { query } }),
    ...(body === undefined ? {} : { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: {
      [String(status)]: { description: 'Done.', ...(answer === undefined ? {} : { content: { 'application/json': { schema: answer } } }) },
      ...problemResponses(codes),
    },
  };
}

function problemResponses(codes: readonly ProblemCode[]): ZodOpenApiResponsesObject {
  const statuses = [...new Set(codes.map((code) => problems[code].status))];
  const entries = statuses.map((status) => {
    const same = codes.filter((code) => problems[code].status === status);
    const description = same.map((code) => `\`${code}\`: ${problems[code].title}`).join('; ');
    return [String(status), { description, content: { 'application/problem+json': { schema: problem } } }] as const;
  });
  return Object.fromEntries(entries);
}
