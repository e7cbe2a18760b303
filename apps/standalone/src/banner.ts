/** What the banner tells. */
export interface Running {
  http: string;
  grpc: string;
  nats: string;
  organizationId: string;
  /** The first key, at the first start only; `given` if it came from BOOTSTRAP_API_KEY. */
  apiKey: string | 'given' | undefined;
}

const KEY_VARIABLE = '$BUILDWIRE_API_KEY';

/** What a person reads when all is up: where things are, and a line that delivers a first event when pasted. */
export function banner({ http, grpc, nats, organizationId, apiKey }: Running): string {
  return [
    '',
    `  Buildwire is up`,
    `    HTTP          ${http}   (reference: ${http}/docs)`,
    `    gRPC          ${grpc}`,
    `    NATS          ${nats}`,
    `    Organization  ${organizationId}`,
    `    API key       ${keyLine(apiKey)}`,
    '',
    '  To see a first delivery, run `npm run receive` in another terminal, then paste:',
    '',
    `    ${firstDelivery(http, apiKey === undefined || apiKey === 'given' ? KEY_VARIABLE : apiKey)}`,
    '',
    '',
  ].join('\n');
}

function keyLine(apiKey: Running['apiKey']): string {
  if (apiKey === undefined) return 'shown at the first start; `npm run create-key` makes another (export BUILDWIRE_API_KEY=bw_…)';
  return apiKey === 'given' ? 'the one in BOOTSTRAP_API_KEY (export BUILDWIRE_API_KEY=…)' : `${apiKey}   (shown this once)`;
}

/** The line for scripts: URLs as JSON behind the word `ready`. */
export function readyLine({ http, grpc, nats, organizationId }: Running): string {
  return `ready ${JSON.stringify({ http, grpc, nats, organizationId })}\n`;
}

function firstDelivery(http: string, key: string): string {
  const curl = (path: string, body: object) => `curl -sS ${http}${path} -H "Authorization: Bearer ${key}" -H 'Content-Type: application/json' -d '${JSON.stringify(body)}'`;
  const webhook = { name: 'first', url: 'http://127.0.0.1:9000/', events: ['build.*'] };
  const event = { type: 'build.finished', app: { id: 'mygame', name: 'MyGame' }, build: { id: 'build-1842', number: 1842, platform: 'android' } };
  return `${curl('/v1/webhooks', webhook)} && ${curl('/v1/events', event)}`;
}
