const BUSY = /EADDRINUSE: address already in use (\S+):(\d+)/;

/** Why a process did not start, for the person who starts it: a busy port is named with the variable that changes it. */
export function startFailureOf(error: unknown, config: object): string {
  if (!(error instanceof Error)) return String(error);
  // gRPC has only the text of the error that it met.
  const [, host, port] = BUSY.exec(error.message) ?? [];
  const [variable] = Object.entries(config).find(([name, value]) => name.endsWith('_PORT') && String(value) === port) ?? [];
  if (variable === undefined) return error.stack ?? error.message;
  return `${host}:${port} is in use; set ${variable} to another port, or to 0 for any free one`;
}
