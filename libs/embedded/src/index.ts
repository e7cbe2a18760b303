export { EmbeddedStartError, PortInUseError, type EmbeddedService } from './errors.js';
export { startNats, type NatsOptions } from './nats.js';
export type { EmbeddedNats } from './nats-launch.js';
export { startPostgres, type PostgresOptions } from './postgres.js';
export type { EmbeddedPostgres } from './postgres-launch.js';
export { isFree } from './ports.js';
export type { Exit } from './child.js';
