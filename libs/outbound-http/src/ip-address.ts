import { isIPv4, isIPv6 } from 'node:net';

/** An address as a number, so that ranges are comparisons; made only by parseIp. */
export interface IpAddress {
  family: 4 | 6;
  value: bigint;
}

/** A CIDR block: the addresses of `family` whose first `prefix` bits equal those of `base`. */
export interface IpRange {
  family: 4 | 6;
  base: bigint;
  prefix: number;
}

/** Reads an IP literal as Node gives it; undefined for anything else, and for a zone id, which names a link of this machine. */
export function parseIp(text: string): IpAddress | undefined {
  if (isIPv4(text)) return { family: 4, value: ipv4Value(text) };
  if (isIPv6(text) && !text.includes('%')) return { family: 6, value: ipv6Value(text) };
  return undefined;
}

/** Reads `10.0.0.0/8`, `fc00::/7` or a single address; undefined if it is neither, or has bits set behind the prefix. */
export function parseRange(text: string): IpRange | undefined {
  const [base = '', prefixText, ...rest] = text.split('/');
  const ip = parseIp(base);
  if (ip === undefined || rest.length > 0) return undefined;
  const bits = ip.family === 4 ? 32 : 128;
  if (prefixText !== undefined && !/^\d{1,3}$/.test(prefixText)) return undefined;
  const prefix = prefixText === undefined ? bits : Number(prefixText);
  if (prefix > bits || ip.value % (1n << BigInt(bits - prefix)) !== 0n) return undefined;
  return { family: ip.family, base: ip.value, prefix };
}

export function isInRange(ip: IpAddress, range: IpRange): boolean {
  if (ip.family !== range.family) return false;
  const free = BigInt((range.family === 4 ? 32 : 128) - range.prefix);
  return ip.value >> free === range.base >> free;
}

function ipv4Value(text: string): bigint {
  return text.split('.').reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

function ipv6Value(text: string): bigint {
  const [head = '', tail] = text.split('::');
  const before = groups(head);
  const after = groups(tail ?? '');
  const zeros = new Array<bigint>(8 - before.length - after.length).fill(0n);
  return [...before, ...zeros, ...after].reduce((value, group) => (value << 16n) | group, 0n);
}

function groups(text: string): bigint[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => (group.includes('.') ? embeddedIpv4(group) : [BigInt(`0x${group}`)]));
}

function embeddedIpv4(text: string): bigint[] {
  const value = ipv4Value(text);
  return [value >> 16n, value & 0xffffn];
}
