import { describe, expect, it } from 'vitest';
import { InvalidAllowListError, parseAllowList } from './allow-list.js';

describe('parseAllowList', () => {
  it.each(['none', '', ' ', ','])('allows nothing but what is public with "%s"', (text) => {
    const allow = parseAllowList(text);
    expect(allow.allowsAddress('127.0.0.1')).toBe(false);
    expect(allow.allowsHost('localhost')).toBe(false);
    expect(allow.allowsHost('none')).toBe(false);
  });

  it('allows this machine, and no more, with "loopback"', () => {
    const allow = parseAllowList('loopback');
    expect(['127.0.0.1', '127.255.255.255', '::1', '::ffff:127.0.0.1'].every((ip) => allow.allowsAddress(ip))).toBe(true);
    expect(['0.0.0.0', '::', '128.0.0.1', '10.0.0.1', '169.254.169.254', '::127.0.0.1', '::2'].some((ip) => allow.allowsAddress(ip))).toBe(false);
    expect(allow.allowsHost('localhost')).toBe(true);
    expect(allow.allowsHost('LOCALHOST.')).toBe(true);
    expect(allow.allowsHost('localhost.example.com')).toBe(false);
  });

  it('allows listed hosts, suffixes, addresses and blocks', () => {
    const allow = parseAllowList(' Hooks.corp.example , *.svc.example,10.1.0.0/16, 192.168.0.7, fd00::/8 ,loopback');
    expect(['hooks.corp.example', 'HOOKS.corp.example.', 'a.svc.example', 'a.b.svc.example', 'localhost'].every((name) => allow.allowsHost(name))).toBe(true);
    expect(['corp.example', 'x.hooks.corp.example', 'svc.example', '.svc.example', 'evilsvc.example'].some((name) => allow.allowsHost(name))).toBe(false);
    expect(['10.1.0.0', '10.1.255.255', '192.168.0.7', 'fd00:ec2::254', '::ffff:10.1.2.3'].every((ip) => allow.allowsAddress(ip))).toBe(true);
    expect(['10.2.0.0', '10.0.255.255', '192.168.0.8', 'fe00::1', 'fd00::1%eth0', 'x'].some((ip) => allow.allowsAddress(ip))).toBe(false);
  });

  it.each(['10.0.0.0/33', '10.0.0.1/8', '10.0.0.0/8/8', '10.0.0.0/', '300.1.1.1', '1.2.3', 'fd00::/129', 'http://a.example', 'a.example:80', 'a b', '*', '*.', 'a.*.example', '-a', 'none,loopback'])(
    'refuses "%s" rather than guessing',
    (text) => {
      expect(() => parseAllowList(text)).toThrow(InvalidAllowListError);
      expect(() => parseAllowList(text)).toThrow(expect.objectContaining({ code: 'allow_list.invalid' }));
    },
  );
});
