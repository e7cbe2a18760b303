import { isInRange, parseIp, parseRange, type IpAddress, type IpRange } from './ip-address.js';

/** What deliveries may reach besides public addresses. */
export interface AllowList {
  /** Whether this IP literal is allowed. */
  allowsAddress(ip: string): boolean;
  /** Whether this host name is allowed, whatever it resolves to. */
  allowsHost(name: string): boolean;
}

/** A list that cannot be read; the message names the entry. */
export class InvalidAllowListError extends Error {
  override readonly name = 'InvalidAllowListError';
  readonly code = 'allow_list.invalid';
}

const LOOPBACK = ['127.0.0.0/8', '::1', 'localhost'];

const HOST_NAME = /^(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?$/;

const MAPPED_PREFIX = 0xffffn;

/**
 * Reads `none`, or a comma-separated list of host names, host suffixes (`*.corp.example`), IP addresses, CIDR blocks and the
 * word `loopback` (127.0.0.0/8, ::1, localhost). Throws InvalidAllowListError.
 */
export function parseAllowList(text: string): AllowList {
  const entries = text.split(',').map((entry) => entry.trim().toLowerCase()).filter((entry) => entry !== '');
  const expanded = entries.flatMap((entry) => (entry === 'loopback' ? LOOPBACK : [entry]));
  if (expanded.includes('none') && expanded.length > 1) throw new InvalidAllowListError('"none" stands alone');

  const ranges: IpRange[] = [];
  const hosts: string[] = [];
  for (const entry of expanded) {
    if (entry === 'none') continue;
    const range = parseRange(entry);
    if (range === undefined) hosts.push(hostOf(entry));
    else ranges.push(range);
  }
  return {
    allowsAddress: (ip) => isListed(ip, ranges),
    allowsHost: (name) => hosts.some((host) => matches(withoutDot(name.toLowerCase()), host)),
  };
}

function hostOf(entry: string): string {
  // "10.0.0.0/33" or "300.1.1.1" is a mistyped address, never a name.
  if (!HOST_NAME.test(entry) || /^[\d.]+$/.test(entry)) {
    throw new InvalidAllowListError(`"${entry}" is not a host, *.suffix, IP address or CIDR block`);
  }
  return withoutDot(entry);
}

function matches(name: string, host: string): boolean {
  return host.startsWith('*.') ? name.endsWith(host.slice(1)) && name.length >= host.length : name === host;
}

function isListed(ip: string, ranges: readonly IpRange[]): boolean {
  const address = parseIp(ip);
  if (address === undefined) return false;
  return ranges.some((range) => isInRange(address, range) || isInRange(unmapped(address), range));
}

/** A socket to ::ffff:10.0.0.1 goes to 10.0.0.1. */
function unmapped(ip: IpAddress): IpAddress {
  if (ip.family === 4 || ip.value >> 32n !== MAPPED_PREFIX) return ip;
  return { family: 4, value: ip.value & 0xffffffffn };
}

function withoutDot(name: string): string {
  return name.endsWith('.') ? name.slice(0, -1) : name;
}
