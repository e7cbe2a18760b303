import { connect } from 'node:net';
import { dialled } from './ports.js';

/** A server sends its INFO line at once. */
const INFO_TIMEOUT_MS = 2_000;

/** The `server_name` that the server on this port announces; undefined when no NATS server answers. */
export function serverNameAt(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: dialled(host), port });
    let received = '';
    const finish = (name?: string) => {
      socket.destroy();
      resolve(name);
    };
    socket.setEncoding('utf8').setTimeout(INFO_TIMEOUT_MS, finish);
    socket.on('error', () => finish()).on('close', () => finish());
    socket.on('data', (text: string) => {
      received += text;
      if (received.includes('\r\n')) finish(nameIn(received));
    });
  });
}

function nameIn(line: string): string | undefined {
  const [, json = ''] = /^INFO (\{.*\})\s*\r\n/.exec(line) ?? [];
  return /"server_name":"([^"]*)"/.exec(json)?.[1];
}
