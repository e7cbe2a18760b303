import { parseArgs } from 'node:util';
import { BusyPortError, receive } from './receive/receive.js';
import { print, styled } from './terminal.js';

const USAGE = 'usage: npm run receive [-- --port <1…65535>]';
const DEFAULT_PORT = '9000';

try {
  const receiver = await receive(portOf(process.argv.slice(2)));
  print(`${styled('bold', `listening on ${receiver.url}`)}   ${styled('dim', 'answers 200 to everything; Ctrl-C ends it')}\n`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => receiver.close());
} catch (error) {
  process.stderr.write(`${error instanceof BusyPortError || error instanceof TypeError ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

function portOf(args: string[]): number {
  const { values } = parseArgs({ args, options: { port: { type: 'string', default: DEFAULT_PORT } } });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new TypeError(`${values.port} is not a port; ${USAGE}`);
  return port;
}
