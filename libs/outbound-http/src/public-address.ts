import { isInRange, parseIp, parseRange, type IpAddress, type IpRange } from './ip-address.js';

/** Addresses that are not on the public internet (IANA special-purpose registries, November 2026), and why. */
const SPECIAL_IPV4 = ranges({
  '0.0.0.0/8': 'this network',
  '10.0.0.0/8': 'private',
  '100.64.0.0/10': 'carrier-grade NAT; some clouds serve metadata here',
  '127.0.0.0/8': 'loopback',
  '169.254.0.0/16': 'link-local, cloud metadata',
  '172.16.0.0/12': 'private',
  '192.0.0.0/24': 'protocol assignments',
  '192.0.2.0/24': 'documentation',
  '192.88.99.0/24': '6to4 relays',
  '192.168.0.0/16': 'private',
  '198.18.0.0/15': 'benchmarks',
  '198.51.100.0/24': 'documentation',
  '203.0.113.0/24': 'documentation',
  '224.0.0.0/4': 'multicast',
  '240.0.0.0/4': 'reserved, broadcast',
});

/** Only 2000::/3 is global unicast; everything outside it is refused without being listed. */
const GLOBAL_UNICAST = ranges({ '2000::/3': 'global unicast' });

const SPECIAL_IPV6 = ranges({
  '2001::/23': 'protocol assignments, with Teredo, ORCHID and benchmarks',
  '2001:db8::/32': 'documentation',
  '2002::/16': '6to4: carries any IPv4 address',
  '3fff::/20': 'documentation',
});

/** The parts of 2001::/23 that IANA lists as globally reachable. */
const REACHABLE_ASSIGNMENTS = ranges({
  '2001:1::1/128': 'port control protocol anycast',
  '2001:1::2/128': 'TURN anycast',
  '2001:3::/32': 'AMT',
  '2001:4:112::/48': 'AS112',
});

/** The well-known NAT64 prefix stands for the IPv4 address in its last 32 bits. 64:ff9b:1::/48 is for local use and is not. */
const NAT64 = ranges({ '64:ff9b::/96': 'NAT64' });

/** ISATAP puts any IPv4 address behind these 32 bits in the middle of any prefix. */
const ISATAP_MARKS = [0x00005efen, 0x02005efen];

/** Whether an IP literal is an address of the public internet; false for whatever is not an IP literal, and for zone ids. */
export function isPublicAddress(ip: string): boolean {
  const address = parseIp(ip);
  if (address === undefined) return false;
  return address.family === 4 ? isPublicIpv4(address) : isPublicIpv6(address);
}

function isPublicIpv4(ip: IpAddress): boolean {
  return !isInAny(ip, SPECIAL_IPV4);
}

function isPublicIpv6(ip: IpAddress): boolean {
  if (isInAny(ip, NAT64)) return isPublicIpv4({ family: 4, value: ip.value & 0xffffffffn });
  if (!isInAny(ip, GLOBAL_UNICAST) || isIsatap(ip)) return false;
  return !isInAny(ip, SPECIAL_IPV6) || isInAny(ip, REACHABLE_ASSIGNMENTS);
}

function isIsatap(ip: IpAddress): boolean {
  return ISATAP_MARKS.includes((ip.value >> 32n) & 0xffffffffn);
}

function isInAny(ip: IpAddress, list: readonly IpRange[]): boolean {
  return list.some((range) => isInRange(ip, range));
}

function ranges(reasons: Record<string, string>): IpRange[] {
  return Object.keys(reasons).map((text) => {
    const range = parseRange(text);
    if (range === undefined) throw new Error(`${text} is not a range`);
    return range;
  });
}
