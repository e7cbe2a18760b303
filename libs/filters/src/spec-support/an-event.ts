import { event } from '@buildwire/contracts';
import type { Event } from '@buildwire/contracts';

/** A valid accepted event unless told otherwise; `build` replaces parts of the build. */
export function anEvent({ build = {}, ...change }: Partial<Omit<Event, 'build'>> & { build?: object } = {}): Event {
  return event.parse({
    id: 'evt_1',
    type: 'build.failed',
    specVersion: '1',
    occurredAt: '2026-05-10T14:23:44.000000Z',
    receivedAt: '2026-05-10T14:23:45.123000Z',
    source: '/org/org_a/app/app_1',
    subject: { kind: 'build', id: 'b1' },
    organization: { id: 'org_a' },
    app: { id: 'app_1' },
    build: { id: 'b1', state: 'failed', number: 42, platform: 'ios', type: 'release', source: { branch: 'main', message: 'Fix the lights' }, artifacts: [{ url: 'https://a.example/x.ipa', kind: 'ipa', sizeBytes: 10 }], ...build },
    ...change,
  });
}
