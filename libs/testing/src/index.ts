export { Hopeless, eventually, type Patience } from './eventually.js';
export { freePort } from './free-port.js';
export { startTestNats, type TestNats } from './nats.js';
export { startTestPostgres, type Migrate, type TestDatabase, type TestPostgres, type TestPostgresOptions } from './postgres.js';
export type { Answer } from './receiver-answer.js';
export type { ReceivedRequest } from './receiver-log.js';
export { startReceiver, type Receiver, type Script } from './receiver.js';
export { temporaryFolder, type TemporaryFolder } from './temporary-folder.js';
export type { Restartable } from './restartable.js';
