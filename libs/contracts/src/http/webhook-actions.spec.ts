import { describe, expect, it } from 'vitest';
import { rotateSecret } from './webhook-actions.js';

describe('rotating a secret', () => {
  it('needs nothing said: the new one is generated, the old one signs for a day', () => {
    expect(rotateSecret.parse({})).toEqual({ overlapSeconds: 86_400 });
  });

  it.each([{ overlapSeconds: -1 }, { overlapSeconds: 604_801 }, { overlapSeconds: 1.5 }, { secret: 'short' }, { secret: null }, { other: 1 }])('refuses %j', (body) => {
    expect(rotateSecret.safeParse(body).success).toBe(false);
  });
});
