/** An error that says nothing about the message at hand: a broker or a database is away. What failed is tried again until it is back. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';

  constructor(
    readonly dependency: 'broker' | 'database',
    options?: ErrorOptions & { detail?: string },
  ) {
    super(options?.detail ?? `the ${dependency} does not answer`, options);
  }
}
