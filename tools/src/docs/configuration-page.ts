import { deliveryConfig } from '@buildwire/delivery/config';
import { deliveryLogConfig } from '@buildwire/delivery-log/config';
import { ingestionConfig } from '@buildwire/ingestion/config';
import { matchingConfig } from '@buildwire/matching/config';
import { renderingConfig } from '@buildwire/rendering/config';
import { standaloneConfig } from '@buildwire/standalone/config';
import type { z } from 'zod';

/** In the order of the path; the standalone process first, because most people start with it. */
const configs: Record<string, z.ZodObject> = {
  standalone: standaloneConfig,
  ingestion: ingestionConfig,
  matching: matchingConfig,
  rendering: renderingConfig,
  delivery: deliveryConfig,
  'delivery-log': deliveryLogConfig,
};

/** `docs/configuration.md`: every variable of every app, from the schemas that read them. */
export function configurationPage(): string {
  const sections = Object.entries(configs).map(([app, config]) => `## \`${app}\`\n\n${tableOf(config)}`);
  return [
    '# Configuration',
    '<!-- Generated from apps/*/src/config.ts by `npm run docs`; do not edit. -->',
    'Each process reads its environment once, at start, and ends with a list of all faults if it does not fit. An empty or blank\nvariable counts as absent.',
    ...sections,
    '',
  ].join('\n\n');
}

/** The variables that `npm start` reads. */
export function standaloneTable(): string {
  return tableOf(standaloneConfig);
}

function tableOf(config: z.ZodObject): string {
  const rows = Object.entries(config.shape).map(([name, schema]) => rowOf(name, schema as z.ZodType));
  return ['| variable | default | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

function rowOf(name: string, schema: z.ZodType): string {
  const { description, secret } = { secret: false, ...schema.meta() };
  if (description === undefined) throw new Error(`${name} has no description: add .meta({ description }) in its config.ts`);
  const meaning = secret === true ? `${description} Secret.` : description;
  return `| \`${name}\` | ${defaultOf(schema)} | ${meaning.replaceAll('|', '\\|')} |`;
}

/** What the schema makes of an absent variable. */
function defaultOf(schema: z.ZodType): string {
  const result = schema.safeParse(undefined);
  if (!result.success) return '**required**';
  return result.data === undefined ? '' : `\`${String(result.data)}\``;
}
