import { startNats, type NatsOptions } from '@buildwire/embedded';
import { restartable, type Restartable } from './restartable.js';
import { temporaryFolder } from './temporary-folder.js';

export type TestNats = Restartable;

/** A real nats-server with JetStream of its own, on any free port. */
export async function startTestNats(options: Omit<NatsOptions, 'dataDir' | 'port'> = {}): Promise<TestNats> {
  const folder = await temporaryFolder('nats');
  return restartable(folder, (port) => startNats({ ...options, dataDir: folder.path, port }));
}
