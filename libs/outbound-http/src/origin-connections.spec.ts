import { createSecureContext } from 'node:tls';
import { describe, expect, it, vi } from 'vitest';
import { parseAllowList } from './allow-list.js';
import { Connection } from './connection.js';
import { OriginConnections } from './origin-connections.js';
import { SocketTally } from './socket-tally.js';

const policy = { allow: parseAllowList('none'), resolve: async () => [], connectTimeoutMs: 1_000, secureContext: createSecureContext() };

function anOrigin(max: number, sockets = new SocketTally(100)) {
  const open = vi.fn((onClosed: (connection: Connection) => void) => new Connection(new URL('http://example.com'), policy, onClosed));
  const onEmpty = vi.fn();
  const origin = new OriginConnections(max, open, onEmpty, sockets);
  const lease = (fresh = false) => {
    const use = vi.fn<(connection: Connection) => void>();
    return { ...origin.lease(use, fresh), used: () => use.mock.calls[0]?.[0] };
  };
  return { origin, open, onEmpty, lease };
}

describe('the connections to one origin', () => {
  it('are used again, the warmest first', () => {
    const { lease } = anOrigin(2);
    const [a, b] = [lease(), lease()];
    a.end(true);
    b.end(true);
    expect(lease().used()).toBe(b.used());
  });

  it('are given to those who wait, in turn, but not to those who left', () => {
    const { lease, open } = anOrigin(1);
    const first = lease();
    const [left, second, third] = [lease(), lease(), lease()];
    left.end(false);
    first.end(true);
    expect([left, second, third].map((waiting) => waiting.used())).toEqual([undefined, first.used(), undefined]);
    second.end(true);
    expect(third.used()).toBe(first.used());
    expect(open).toHaveBeenCalledTimes(1);
  });

  it('are opened anew for those who wait when one broke, and the origin stays known', () => {
    const { lease, open, onEmpty } = anOrigin(1);
    const first = lease();
    const second = lease();
    first.end(false);
    expect(second.used()).not.toBe(first.used());
    expect(open).toHaveBeenCalledTimes(2);
    expect(onEmpty).not.toHaveBeenCalled();
    second.end(false);
    expect(onEmpty).toHaveBeenCalledTimes(1);
  });

  it('make room for a fresh one when all are idle', () => {
    const { lease, onEmpty } = anOrigin(1);
    const idle = lease();
    idle.end(true);
    const fresh = lease(true);
    expect(fresh.used()).toBeInstanceOf(Connection);
    expect(fresh.used()).not.toBe(idle.used());
    expect(onEmpty).not.toHaveBeenCalled();
  });

  it('S8: are not used again after a minute, so that the name is vetted anew', () => {
    const { lease } = anOrigin(1);
    const old = lease();
    const born = old.used()?.bornAtMs ?? 0;
    const clock = vi.spyOn(performance, 'now').mockReturnValue(born + 60_000);
    old.end(true);
    clock.mockRestore();
    expect(lease().used()).not.toBe(old.used());
  });
});
