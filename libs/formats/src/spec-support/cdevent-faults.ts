import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

/** The specification's own schemas. They are no part of the project and lie beside it; a clone without them runs the other cases only. */
const SCHEMAS = new URL('../../../../../shared/schemas/cdevents/schemas/', import.meta.url);
export const haveCdeventSchemas = existsSync(SCHEMAS);

interface EventSchema {
  properties: { context: { properties: Record<string, unknown> }; subject: { properties: Record<string, unknown> } };
}

const CUSTOM_TYPE = String.raw`^dev\.cdeventsx\.[a-zA-Z0-9]+-[a-zA-Z]+\.[a-zA-Z]+\.[0-9]\.[0-9]\.[0-9]$`;

/** What the schema that a CDEvent says it obeys finds wrong with it. Throws when there is no such schema. */
export function cdeventFaults<Cdevent extends { context: { schemaUri: string } }>(cdevent: Cdevent): string[] {
  ajv ??= compile();
  if (ajv.validate(cdevent.context.schemaUri, cdevent)) return [];
  return (ajv.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
}

let ajv: Ajv2020 | undefined;

function compile(): Ajv2020 {
  const schemas = [...readAll(SCHEMAS), ...readAll(new URL('links/', SCHEMAS)), customSchema()];
  const compiled = new Ajv2020({ allErrors: true, schemas });
  addFormats.default(compiled);
  return compiled;
}

/** The schema of custom events is not among those given. It is any other one but for its type and the content of its subject. */
function customSchema(): object {
  const schema = read(new URL('pipelinerunqueued.json', SCHEMAS)) as EventSchema;
  schema.properties.context.properties['type'] = { type: 'string', pattern: CUSTOM_TYPE };
  schema.properties.subject.properties['content'] = { type: 'object', additionalProperties: true };
  return { ...schema, $id: 'https://cdevents.dev/0.5.1/schema/custom' };
}

function readAll(folder: URL): object[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return files.map((file) => read(new URL(file, folder)));
}

function read(file: URL): object {
  return JSON.parse(readFileSync(file, 'utf8')) as object;
}
