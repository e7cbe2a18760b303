import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startChild, type Exit } from './child.js';
import { serverNameAt } from './nats-identity.js';
import { inUrl } from './ports.js';
import { ready } from './ready.js';

export interface EmbeddedNats {
  url: string;
  port: number;
  pid: number;
  /** Graceful, at most 10 s; may be called again. */
  stop(): Promise<void>;
  /** SIGKILL, and waits for the exit. */
  kill(): Promise<void>;
  exited: Promise<Exit>;
}

export interface Launch {
  program: string;
  dataDir: string;
  configFile: string;
  pidFile: string;
  host: string;
  port: number;
  syncInterval: string;
  maxPayloadBytes: number | undefined;
}

/** Starts the server and waits until it, and no other on that port, answers. */
export async function launchNats(options: Launch): Promise<EmbeddedNats> {
  const { program, dataDir, configFile, host, port } = options;
  const name = `buildwire-${randomUUID()}`;
  await writeFile(configFile, configOf(options, name));
  const command = [program, '-c', configFile];
  const child = await startChild({ service: 'nats', command, logPath: join(dataDir, 'nats.log'), onOurDeath: 'INT' });
  // Another server on that port would answer just as well: only the name tells that it is ours.
  await ready('nats', child, async () => (await serverNameAt(host, port)) === name);

  const { pid, exited, kill } = child;
  return { url: `nats://${inUrl(host)}:${port}`, port, pid, exited, kill, stop: () => child.stop() };
}

function configOf({ dataDir, pidFile, host, port, syncInterval, maxPayloadBytes }: Launch, name: string): string {
  const quoted = (text: string) => JSON.stringify(text);
  return [
    `server_name: ${quoted(name)}`,
    `host: ${quoted(host)}`,
    `port: ${port}`,
    `pid_file: ${quoted(pidFile)}`,
    ...(maxPayloadBytes === undefined ? [] : [`max_payload: ${maxPayloadBytes}`]),
    'jetstream {',
    `  store_dir: ${quoted(dataDir)}`,
    `  sync_interval: ${quoted(syncInterval)}`,
    // The default is a part of the free disk, and streams that reserve more are refused: a laptop that is nearly full would not start.
    '  max_file_store: 1TB',
    '}\n',
  ].join('\n');
}
