import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A port is taken by somebody else; the message names the variable that changes ours. */
export class BusyPortError extends Error {
  override readonly name = 'BusyPortError';
  readonly code = 'port.busy';

  constructor(variable: string, port: number, options?: ErrorOptions) {
    super(`port ${port} is in use; set ${variable} to another port, or to 0 for any free one`, options);
  }
}

/** The port, or any free one for 0. Throws a {@link BusyPortError}. */
export function claimablePort(variable: string, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error) => reject('code' in error && error.code === 'EADDRINUSE' ? new BusyPortError(variable, port, { cause: error }) : error));
    probe.listen(port, host, () => {
      const { port: claimable } = probe.address() as AddressInfo;
      probe.close(() => resolve(claimable));
    });
  });
}
