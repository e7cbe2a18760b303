let counter = 0;

/** A valid event with an id of its own. */
export function aBuild(over: { type?: string; app?: string; id?: string; [key: string]: unknown } = {}): { id: string } & Record<string, unknown> {
  const { type = 'build.finished', app = 'mygame', id = `e2e-${process.pid}-${++counter}`, ...rest } = over;
  return { id, type, app: { id: app, name: 'MyGame 🦊' }, build: { id: `build-${id}`, number: counter, platform: 'android', type: 'release' }, ...rest };
}
