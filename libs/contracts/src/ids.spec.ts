import { describe, expect, it } from 'vitest';
import { attemptId, attemptIdOf, deliveryId, deliveryIdOf, eventId, newId, organizationId, timeOfId, webhookId } from './ids.js';

const NOW = Date.parse('2026-05-10T14:23:45.123Z');
const event = { organizationId: 'org_default', eventId: 'evt_1', receivedAtMs: NOW };
const WEBHOOK = newId('whk', NOW);

describe('newId', () => {
  it.each(['evt', 'whk', 'dlv', 'att', 'key', 'dlt'] as const)('says what a %s is', (prefix) => {
    expect(newId(prefix, NOW)).toMatch(new RegExp(`^${prefix}_[0-7][0-9A-HJKMNP-TV-Z]{25}$`));
  });

  it('carries its time', () => {
    expect(timeOfId(newId('evt', NOW))).toBe(NOW);
    expect(timeOfId(newId('evt', 0))).toBe(0);
    expect(timeOfId(newId('evt', 2 ** 48 - 1))).toBe(2 ** 48 - 1);
  });

  it('sorts by time', () => {
    const ids = [NOW + 60_000, NOW, NOW + 1, NOW - 86_400_000].map((timeMs) => newId('whk', timeMs));
    expect([...ids].sort().map(timeOfId)).toEqual([NOW - 86_400_000, NOW, NOW + 1, NOW + 60_000]);
  });

  it('never repeats', () => {
    expect(new Set(Array.from({ length: 1_000 }, () => newId('evt', NOW))).size).toBe(1_000);
  });

  it.each([-1, 2 ** 48, 1.5, Number.NaN])('refuses the time %s', (timeMs) => {
    expect(() => newId('evt', timeMs)).toThrow(RangeError);
  });
});

describe('deliveryIdOf', () => {
  it('names the same delivery however often it is asked', () => {
    expect(deliveryIdOf(event, WEBHOOK)).toBe(deliveryIdOf({ ...event }, WEBHOOK));
    expect(deliveryId.safeParse(deliveryIdOf(event, WEBHOOK)).success).toBe(true);
  });

  it('names the same delivery in every version: ids are stored', () => {
    expect(deliveryIdOf(event, 'whk_01JTX4N1PCC4R7V3A5YQ9H2K8M')).toBe('dlv_01KR94BKF3YG7DE22J1FNMHVDS');
    expect(deliveryIdOf({ organizationId: 'org_ü', eventId: '"\\', receivedAtMs: 0 }, '🦊')).toBe('dlv_0000000000VWKDHF7PM6AV235P');
  });

  it.each([
    ['organization', { ...event, organizationId: 'org_other' }, WEBHOOK],
    ['event', { ...event, eventId: 'evt_2' }, WEBHOOK],
    ['webhook', event, newId('whk', NOW)],
    ['boundary between two parts', { ...event, organizationId: 'org_defaultevt', eventId: '_1' }, WEBHOOK],
  ])('differs with the %s', (_, other, webhook) => {
    expect(deliveryIdOf(other, webhook)).not.toBe(deliveryIdOf(event, WEBHOOK));
  });

  it('carries the time of receipt, which names its log partition', () => {
    expect(timeOfId(deliveryIdOf(event, WEBHOOK))).toBe(NOW);
  });
});

describe('attemptIdOf', () => {
  const delivery = deliveryIdOf(event, WEBHOOK);

  it('is the same however often the attempt is reported', () => {
    expect(attemptIdOf(delivery, '1', NOW)).toBe(attemptIdOf(delivery, '1', NOW));
    expect(attemptId.safeParse(attemptIdOf(delivery, '1', NOW)).success).toBe(true);
  });

  it('is the same in every version', () => {
    expect(attemptIdOf('dlv_1', '1', 2 ** 48 - 1)).toBe('att_7ZZZZZZZZZ3RZ5ED6EAGD6Q6W2');
  });

  it('differs with the delivery, the key and the time, which it carries', () => {
    const ids = [attemptIdOf(delivery, '1', NOW), attemptIdOf(delivery, '2', NOW), attemptIdOf(delivery, '1', NOW + 1), attemptIdOf(newId('dlv', NOW), '1', NOW)];
    expect(new Set(ids).size).toBe(4);
    expect(ids.map(timeOfId)).toEqual([NOW, NOW, NOW + 1, NOW]);
  });
});

describe('timeOfId', () => {
  it.each(['evt_mine', 'org_default', '', 'evt_81JTX4N1PCC4R7V3A5YQ9H2K8M', 'evt_01jtx4n1pcc4r7v3a5yq9h2k8m'])('knows no time of %j', (id) => {
    expect(timeOfId(id)).toBeUndefined();
  });
});

describe('what an id may look like', () => {
  it.each(['evt_01JTX4N1PCC4R7V3A5YQ9H2K8M', 'build-1842/finished', 'x', 'a'.repeat(200)])('takes %j as an event id', (id) => {
    expect(eventId.safeParse(id).success).toBe(true);
  });

  it.each(['', 'a b', 'a\nb', 'ümlaut', 'a'.repeat(201), 'trailing\n'])('refuses %j as an event id', (id) => {
    expect(eventId.safeParse(id).success).toBe(false);
  });

  it.each(['org_', 'org_a.b', 'org_*', 'org_>', 'org_a b', 'acme', `org_${'a'.repeat(61)}`])('refuses %j as an organization: it would change a subject', (id) => {
    expect(organizationId.safeParse(id).success).toBe(false);
  });

  it.each(['dlv_01JTX4N1PCC4R7V3A5YQ9H2K8M', 'whk_01JTX4N1PCC4R7V3A5YQ9H2K8', 'whk_01JTX4N1PCC4R7V3A5YQ9H2K8ML', 'whk_01JTX4N1PCC4R7V3A5YQ9H2K8I'])('refuses %j as a webhook id', (id) => {
    expect(webhookId.safeParse(id).success).toBe(false);
  });
});
