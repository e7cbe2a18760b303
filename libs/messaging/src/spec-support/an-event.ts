import type { EventAccepted } from '@buildwire/contracts';

export function anEvent(id: string): EventAccepted {
  const at = '2026-05-10T14:23:45.123000Z';
  const event = { id, type: 'build.finished' as const, specVersion: '1' as const, occurredAt: at, receivedAt: at, source: '/spec', subject: { kind: 'build' as const, id: 'b' }, organization: { id: 'org_spec' }, app: { id: 'a' }, build: { id: 'b' } };
  return { organizationId: 'org_spec', event };
}
