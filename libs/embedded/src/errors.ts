export type EmbeddedService = 'nats' | 'postgres';

/** The asked-for port is taken by another program; no server was started. */
export class PortInUseError extends Error {
  override readonly name = 'PortInUseError';
  readonly code = 'embedded.port_in_use';

  constructor(
    readonly service: EmbeddedService,
    readonly port: number,
  ) {
    super(`Port ${port} for the embedded ${service} is in use by another program.`);
  }
}

/** The server could not be started; `log` holds the last lines it wrote. */
export class EmbeddedStartError extends Error {
  override readonly name = 'EmbeddedStartError';
  readonly code = 'embedded.start_failed';

  constructor(
    readonly service: EmbeddedService,
    reason: string,
    readonly log = '',
    options?: ErrorOptions,
  ) {
    super(`The embedded ${service} did not start: ${reason}${log && `\n${log}`}`, options);
  }
}
