import { execFile } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { Hopeless, eventually, freePort, startTestNats, startTestPostgres, temporaryFolder } from '@buildwire/testing';
import { ROOT, endChild, startChild } from './child-process.js';
import type { Target } from './transports.js';

export type Topology = 'standalone' | 'five';
export type SyncInterval = '1s' | 'always';
type Environment = Record<string, string>;

/** Buildwire as it is deployed, with servers of its own. */
export interface Stack extends Target {
  topology: Topology;
  /** Where each part of the API answers. */
  urls: { events: string; webhooks: string; sender: string; deliveries: string };
  /** Process ids by name; the servers are found as their children. */
  pids: Record<string, number>;
  databaseUrl?: string;
  stop(): Promise<void>;
}

const APPS = ['ingestion', 'matching', 'rendering', 'delivery', 'delivery-log'] as const;
/** One replica of each stage opens at most so many to Postgres: ten each. */
const CONNECTIONS_OF_REPLICAS = 50;
const START_LIMIT_MS = 120_000;
/** As `npm start` and the image run Node. */
const NODE_FLAGS = ['--max-semi-space-size=16'];

export interface StackOptions {
  syncInterval?: SyncInterval;
  environment?: Environment;
  /** Replicas of each stage; with `five` only. */
  replicas?: number;
  /** Of each process of Buildwire, for Node. */
  execArgv?: string[];
}

export function startStack(topology: Topology, options: StackOptions = {}): Promise<Stack> {
  return topology === 'standalone' ? startStandalone(options) : startFive(options);
}

/** The same stack as another organization sees it; with `five` only. */
export async function asOrganization(stack: Stack, organizationId: string): Promise<Stack> {
  const env = { PATH: process.env['PATH'] ?? '', DATABASE_URL: stack.databaseUrl ?? '' };
  const { stdout } = await promisify(execFile)(process.execPath, [`${ROOT}apps/matching/dist/create-key.js`, '--organization', organizationId, '--name', 'bench'], { env });
  const apiKey = /bw_\S+/.exec(stdout)?.[0];
  if (apiKey === undefined) throw new Error('no key was made');
  return { ...stack, organizationId, apiKey };
}

/** What a standalone process is told, and where it is then to be found. */
export interface StandaloneSettings {
  environment: Environment;
  stack: Omit<Stack, 'pids' | 'stop'>;
}

export async function standaloneSettings(dataDir: string, syncInterval: SyncInterval): Promise<StandaloneSettings> {
  const [http, grpc, nats, postgres] = await Promise.all([newPort(), newPort(), newPort(), newPort()]);
  const apiKey = newKey();
  const environment = {
    DATA_DIR: dataDir,
    HTTP_PORT: http,
    GRPC_PORT: grpc,
    NATS_PORT: nats,
    POSTGRES_PORT: postgres,
    NATS_SYNC_INTERVAL: syncInterval,
    BOOTSTRAP_API_KEY: apiKey,
    OUTBOUND_ALLOW: 'loopback',
  };
  const url = `http://127.0.0.1:${http}`;
  const urls = { events: url, webhooks: url, sender: url, deliveries: url };
  const addresses = { http: url, grpc: `127.0.0.1:${grpc}`, nats: `nats://127.0.0.1:${nats}` };
  return { environment, stack: { topology: 'standalone', urls, ...addresses, apiKey, organizationId: 'org_default' } };
}

async function startStandalone({ syncInterval = '1s', environment = {}, execArgv = [] }: StackOptions): Promise<Stack> {
  const folder = await temporaryFolder('bench');
  const settings = await standaloneSettings(folder.path, syncInterval);
  const child = run('standalone', execArgv, { ...settings.environment, ...environment });
  const stop = async () => {
    await endChild(child);
    await folder.remove();
  };
  return whenReady({ ...settings.stack, pids: { standalone: child.pid ?? 0 }, stop }, [{ child, url: settings.stack.http }]);
}

async function startFive({ syncInterval = '1s', environment = {}, replicas = 1, execArgv = [] }: StackOptions): Promise<Stack> {
  // Both servers promise the same about a power cut, as in the standalone process (ADR 9).
  const commits = syncInterval === 'always' ? 'on' : 'off';
  const settings = { max_connections: String(CONNECTIONS_OF_REPLICAS * (replicas + 1)), synchronous_commit: commits };
  const [nats, postgres] = await Promise.all([startTestNats({ syncInterval }), startTestPostgres({ durable: true, settings })]);
  const database = await postgres.createDatabase();
  const [apiKey, grpc] = [newKey(), await newPort()];
  const shared = { NATS_URL: nats.url, DATABASE_URL: database.url, SECRETS_KEY: randomBytes(32).toString('hex'), BOOTSTRAP_API_KEY: apiKey, OUTBOUND_ALLOW: 'loopback', ...environment };
  const running: { name: string; child: ChildProcess; url: string }[] = [];
  for (const app of APPS) {
    for (let replica = 0; replica < replicas; replica++) {
      const [http, grpcOfReplica] = await Promise.all([newPort(), newPort()]);
      const child = run(app, execArgv, { ...shared, HTTP_PORT: http, GRPC_PORT: replica === 0 ? grpc : grpcOfReplica });
      running.push({ name: replica === 0 ? app : `${app}-${replica + 1}`, child, url: `http://127.0.0.1:${http}` });
    }
  }
  const urlOf = (app: string) => running.find(({ name }) => name === app)?.url ?? '';
  const stop = async () => {
    await Promise.all(running.map(({ child }) => endChild(child)));
    await Promise.all([nats.stop(), postgres.stop()]);
  };
  const stack: Stack = {
    topology: 'five',
    urls: { events: urlOf('ingestion'), webhooks: urlOf('matching'), sender: urlOf('delivery'), deliveries: urlOf('delivery-log') },
    ...{ http: urlOf('ingestion'), grpc: `127.0.0.1:${grpc}`, nats: nats.url, apiKey, organizationId: 'org_default' },
    databaseUrl: database.url,
    pids: Object.fromEntries(running.map(({ name, child }) => [name, child.pid ?? 0])),
    stop,
  };
  return whenReady(stack, running);
}

async function whenReady(stack: Stack, running: { child: ChildProcess; url: string }[]): Promise<Stack> {
  try {
    for (const { child, url } of running) {
      await eventually(async () => {
        if (child.exitCode !== null) throw new Hopeless('a process of Buildwire ended');
        const { status } = await fetch(`${url}/readyz`);
        if (status !== 200) throw new Error(`not ready: ${status}`);
      }, { timeoutMs: START_LIMIT_MS });
    }
    return stack;
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

function run(app: string, execArgv: readonly string[], environment: Environment): ChildProcess {
  const args = [...NODE_FLAGS, ...execArgv, `${ROOT}apps/${app}/dist/main.js`];
  return startChild(process.execPath, args, { LOG_LEVEL: 'warn', ...environment }, ['ignore', 'ignore', 'inherit']);
}

const newPort = async () => String(await freePort());
const newKey = () => `bw_bench_${randomBytes(18).toString('base64url')}`;
