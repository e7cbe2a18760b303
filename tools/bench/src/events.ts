import type { EventInput } from '@buildwire/contracts';

const MARK = /bench-(\d{7})/;
/** Makes a raw body of about 1 KB. */
const MESSAGE = 'Fix the loading screen that hung when a save game of the previous version was opened. '.repeat(5);

/** The event number `index` of a run, as a build system would say it; its raw body has about 1 KB. */
export function benchEvent(run: string, index: number, appId: string): EventInput {
  const mark = `bench-${String(index).padStart(7, '0')}`;
  return {
    type: 'build.finished',
    id: `${run}-${index}`,
    app: { id: appId, name: 'MyGame' },
    build: {
      id: mark,
      number: index,
      platform: 'android',
      state: 'succeeded',
      detailsUrl: `https://ci.example.com/builds/${mark}`,
      source: { branch: 'main', sha: '3f786850e387550fdab836ed7e6dc881de23001b', message: MESSAGE },
      timing: { startedAt: '2026-11-21T10:00:00Z', finishedAt: '2026-11-21T10:04:10Z', durationMs: 250_000 },
    },
  } as EventInput;
}

/** Which event of the run a rendered body is about. */
export function indexIn(body: string): number | undefined {
  const mark = MARK.exec(body)?.[1];
  return mark === undefined ? undefined : Number(mark);
}
