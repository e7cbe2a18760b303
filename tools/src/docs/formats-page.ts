import { dialects, exampleMessage, formats } from '@buildwire/contracts';
import type { Variant } from '@buildwire/contracts';
import { render } from '@buildwire/formats';

const variants: Variant[] = [
  ...dialects.map((dialect): Variant => ({ format: 'raw', dialect, options: {} })),
  { format: 'raw', dialect: 'cloudevents', options: { cloudEventsMode: 'binary' } },
  ...formats.filter((format) => format !== 'raw').map((format): Variant => ({ format, dialect: null, options: {} })),
];

/** `docs/formats.md`: one event in every format, as it is sent. */
export function formatsPage(): string {
  const { event } = exampleMessage('event.accepted');
  return [
    '# Formats',
    '<!-- Generated from libs/formats by `npm run docs`; do not edit. -->',
    'One event in every format and dialect. Bodies are sent without line breaks; they are here for reading only.',
    fenced(event),
    ...variants.map((variant) => section(variant, event)),
    '',
  ].join('\n\n');
}

function section(variant: Variant, event: Parameters<typeof render>[0]): string {
  const rendering = render(event, variant, { downloadUrl: () => 'https://hooks.example/v1/artifacts/…' });
  const title = `## ${titleOf(variant)}`;
  if (rendering.kind === 'skipped') return [title, `Not sent: ${rendering.reason}`].join('\n\n');
  const headers = [['Content-Type', rendering.contentType], ...rendering.headers].map(([name, value]) => `${name}: ${value}`);
  return [title, ['```http', ...headers, '```'].join('\n'), fenced(JSON.parse(rendering.body))].join('\n\n');
}

function titleOf({ format, dialect, options }: Variant): string {
  const mode = options.cloudEventsMode === undefined ? '' : `, ${options.cloudEventsMode} mode`;
  return dialect === null ? format : `${format}: ${dialect}${mode}`;
}

function fenced(value: unknown): string {
  return ['```json', JSON.stringify(value, null, 2), '```'].join('\n');
}
