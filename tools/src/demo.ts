import { runDemo } from './demo/run-demo.js';
import { print, styled } from './terminal.js';

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted.abort());

try {
  await runDemo(interrupted.signal);
} catch (error) {
  process.exitCode = interrupted.signal.aborted ? 130 : 1;
  const reason = error instanceof Error ? error.message : String(error);
  print(interrupted.signal.aborted ? '\ninterrupted; everything was stopped' : `\n${styled('red', '✗')} ${reason}`);
}
// Whatever still holds a handle must not keep a finished demo alive.
process.exit();
