import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isInRange, parseRange } from './ip-address.js';
import { isPublicAddress } from './public-address.js';

const hex = (value: number) => value.toString(16);
const octets = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));
const anyIpv4 = octets.map((parts) => parts.join('.'));
const asHexGroups = (ip: string) => {
  const [a = 0, b = 0, c = 0, d = 0] = ip.split('.').map(Number);
  return `${hex(a * 256 + b)}:${hex(c * 256 + d)}`;
};

/** The list of the reference, beside which the code's own is judged. */
const SPECIAL = [
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16',
  '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4',
  '::/8', '100::/64', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20', '5f00::/16', 'fc00::/7', 'fe80::/10', 'fec0::/10', 'ff00::/8', '64:ff9b:1::/48',
];

const written = (value: bigint, family: 4 | 6) => {
  const [size, count, base, separator] = family === 4 ? [8n, 4, 10, '.'] as const : [16n, 8, 16, ':'] as const;
  return Array.from({ length: count }, (_, index) => ((value >> (size * BigInt(count - 1 - index))) & ((1n << size) - 1n)).toString(base)).join(separator);
};

describe('isPublicAddress', () => {
  it.each([
    '1.1.1.1', '8.8.8.8', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255', '128.0.0.0', '169.253.255.255',
    '169.255.0.0', '172.15.255.255', '172.32.0.0', '191.255.255.255', '192.0.1.0', '192.0.3.0', '192.88.98.255', '192.88.100.0', '192.167.255.255',
    '192.169.0.0', '198.17.255.255', '198.20.0.0', '198.51.99.255', '198.51.101.0', '203.0.112.255', '203.0.114.0', '223.255.255.255', '1.0.0.0',
    '2000::', '2001:200::1', '2001:db7:ffff::1', '2001:db9::', '2003::1', '2606:4700:4700::1111', '3ffe:ffff::', '3fff:1000::',
    '2001:1::1', '2001:1::2', '2001:3::1', '2001:4:112::1', '64:ff9b::101:101', '64:ff9b::8.8.8.8',
  ])('S3: lets %s pass', (ip) => {
    expect(isPublicAddress(ip)).toBe(true);
  });

  it.each([
    ['this network', '0.0.0.0', '0.255.255.255'],
    ['private', '10.0.0.0', '10.255.255.255', '172.16.0.0', '172.31.255.255', '192.168.0.0', '192.168.255.255'],
    ['carrier-grade NAT', '100.64.0.0', '100.127.255.255', '100.100.100.200'],
    ['loopback', '127.0.0.0', '127.0.0.1', '127.255.255.255'],
    ['link-local and metadata', '169.254.0.0', '169.254.169.254', '169.254.170.2', '169.254.255.255'],
    ['protocol assignments', '192.0.0.0', '192.0.0.255'],
    ['documentation', '192.0.2.0', '192.0.2.255', '198.51.100.0', '198.51.100.255', '203.0.113.0', '203.0.113.255'],
    ['6to4 relays', '192.88.99.0', '192.88.99.255'],
    ['benchmarks', '198.18.0.0', '198.19.255.255'],
    ['multicast', '224.0.0.0', '239.255.255.255'],
    ['reserved and broadcast', '240.0.0.0', '255.255.255.254', '255.255.255.255'],
    ['unspecified and IPv6 loopback', '::', '::1', '0:0:0:0:0:0:0:1'],
    ['IPv4-mapped', '::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:8.8.8.8', '::FFFF:10.0.0.1'],
    ['IPv4-compatible', '::127.0.0.1', '::7f00:1', '::8.8.8.8'],
    ['SIIT', '::ffff:0:7f00:1', '::ffff:0:127.0.0.1', '::ffff:0:808:808'],
    ['ISATAP', '::5efe:7f00:1', '2606:4700::5efe:7f00:1', '2606:4700::200:5efe:10.0.0.1', 'fe80::5efe:a00:1'],
    ['NAT64 of what is not public', '64:ff9b::7f00:1', '64:ff9b::127.0.0.1', '64:ff9b::a9fe:a9fe', '64:ff9b::'],
    ['local NAT64', '64:ff9b:1::', '64:ff9b:1::7f00:1', '64:ff9b:1::808:808', '64:ff9b:0:0:1::808:808'],
    ['6to4', '2002::', '2002:7f00:1::', '2002:808:808::1', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['Teredo and other assignments', '2001::', '2001::1', '2001:0:7f00:1::', '2001:2::1', '2001:10::1', '2001:20::1', '2001:1::3', '2001:1ff:ffff::1'],
    ['IPv6 documentation', '2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', '3fff::', '3fff:fff:ffff::1'],
    ['discard and other parts of ::/3', '100::', '100::1', '1fff:ffff::1'],
    ['segment routing and unassigned', '4000::1', '5f00::', '5f00:ffff::1', '8000::1'],
    ['unique local', 'fc00::', 'fd00:ec2::254', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['IPv6 link-local', 'fe80::', 'fe80::1', 'febf:ffff::1'],
    ['site-local', 'fec0::', 'feff:ffff::1'],
    ['IPv6 multicast', 'ff00::', 'ff02::1', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['zone ids', 'fe80::1%eth0', '2606:4700:4700::1111%1', '::1%lo'],
    ['what is no address', '', 'localhost', 'example.com', '1.1.1', '1.1.1.1.1', '01.1.1.1', '0x7f.1', '2130706433', '[::1]', '1.1.1.1:80', ' 1.1.1.1', '①.1.1.1'],
  ])('S2, S3: refuses %s', (_what, ...ips) => {
    expect(ips.filter(isPublicAddress)).toEqual([]);
  });

  it('S2: gives NAT64 the verdict of the IPv4 address it stands for', () => {
    fc.assert(fc.property(anyIpv4, (ip) => {
      return isPublicAddress(`64:ff9b::${ip}`) === isPublicAddress(ip) && isPublicAddress(`64:ff9b::${asHexGroups(ip)}`) === isPublicAddress(ip);
    }), { numRuns: 512 });
  });

  it('S2: refuses every other way to write an IPv4 address into an IPv6 one', () => {
    const carriers = (ip: string) => [
      `::${ip}`, `::ffff:${ip}`, `::ffff:0:${asHexGroups(ip)}`, `2002:${asHexGroups(ip)}::1`, `2001:0:${asHexGroups(ip)}::1`,
      `64:ff9b:1::${ip}`, `2606:4700::5efe:${ip}`,
    ];
    fc.assert(fc.property(anyIpv4, (ip) => !carriers(ip).some(isPublicAddress)));
  });

  it('S3: refuses every address of the private ranges', () => {
    const inside = fc.oneof(
      octets.map(([, b, c, d]) => `10.${b}.${c}.${d}`),
      octets.map(([, b, c, d]) => `127.${b}.${c}.${d}`),
      octets.map(([a, , c, d]) => `172.${16 + (a % 16)}.${c}.${d}`),
      octets.map(([a, , c, d]) => `100.${64 + (a % 64)}.${c}.${d}`),
      octets.map(([, , c, d]) => `192.168.${c}.${d}`),
      octets.map(([, , c, d]) => `169.254.${c}.${d}`),
      octets.map(([a, b, c, d]) => `${224 + (a % 32)}.${b}.${c}.${d}`),
    );
    fc.assert(fc.property(inside, (ip) => !isPublicAddress(ip)));
  });

  it.each(SPECIAL)('S3: refuses %s from its first to its last address, and what is beside it only if that is special too', (text) => {
    const range = parseRange(text);
    if (range === undefined) throw new Error(text);
    const last = range.base + (1n << BigInt((range.family === 4 ? 32 : 128) - range.prefix)) - 1n;
    expect([range.base, last].map((value) => isPublicAddress(written(value, range.family)))).toEqual([false, false]);
    for (const value of [range.base - 1n, last + 1n]) {
      if (value < 0n || value >> (range.family === 4 ? 32n : 128n) > 0n) continue;
      const isSpecial = SPECIAL.some((other) => {
        const special = parseRange(other);
        return special !== undefined && isInRange({ family: range.family, value }, special);
      });
      const isGlobal = range.family === 4 || value >> 125n === 1n;
      expect(isPublicAddress(written(value, range.family)), written(value, range.family)).toBe(isGlobal && !isSpecial);
    }
  });

  it('S2: refuses every zone id', () => {
    const groups = fc.array(fc.nat(0xffff), { minLength: 7, maxLength: 7 });
    fc.assert(fc.property(groups, fc.stringMatching(/^[a-z0-9]{1,8}$/), (rest, zone) => !isPublicAddress(`${['2606', ...rest.map(hex)].join(':')}%${zone}`)));
  });

  it('S2: judges an IPv6 address in the same way however it is written', () => {
    fc.assert(fc.property(fc.array(fc.nat(0xffff), { minLength: 8, maxLength: 8 }), (groups) => {
      const full = groups.map((group) => hex(group).padStart(4, '0').toUpperCase()).join(':');
      const short = new URL(`http://[${full}]`).hostname.slice(1, -1);
      return isPublicAddress(full) === isPublicAddress(short);
    }));
  });
});
