import { isIP } from 'node:net';
import type { AllowList } from './allow-list.js';
import { isPublicAddress } from './public-address.js';

/** OWASP ASVS 4.2.5; longer ones are cut by proxies on the way. */
const MAX_LENGTH = 2_048;

/** Of a name and of its labels (RFC 1035); WHATWG knows neither. */
const MAX_NAME_LENGTH = 253;
const MAX_LABEL_LENGTH = 63;

/** Below 1024 only the web's own ports are called. */
const FIRST_FREE_PORT = 1_024;

/** Services above 1024 that a request smuggled into their protocol would harm. */
const DENIED_PORTS: Record<number, string> = {
  1433: 'SQL Server', 1521: 'Oracle', 2049: 'NFS', 2181: 'ZooKeeper', 2375: 'Docker', 2376: 'Docker', 2379: 'etcd', 2380: 'etcd',
  3306: 'MySQL', 3389: 'RDP', 4222: 'NATS', 5432: 'Postgres', 5672: 'AMQP', 5900: 'VNC', 6222: 'NATS', 6379: 'Redis', 6443: 'Kubernetes',
  6667: 'IRC', 9042: 'Cassandra', 9092: 'Kafka', 9200: 'Elasticsearch', 9300: 'Elasticsearch', 10250: 'kubelet', 11211: 'memcached',
  27017: 'MongoDB', 27018: 'MongoDB',
};

/** Names that only mean something inside a machine, a cluster or an office (RFC 6761, RFC 6762, RFC 9476, Kubernetes). */
const LOCAL_SUFFIXES = ['localhost', 'local', 'internal', 'home.arpa', 'localdomain', 'lan', 'intranet', 'corp', 'svc', 'cluster.local'];

/** A URL that may be called, or why not, in words for the customer; `blocked` ones are well-formed but not allowed. */
export type UrlVerdict = { kind: 'allowed'; url: URL } | { kind: 'invalid'; reason: string } | { kind: 'blocked'; reason: string };

/** Whether a webhook may have this URL; the one to store is the WHATWG spelling without its fragment. */
export function checkWebhookUrl(url: string, allow: AllowList): { ok: true; url: string } | { ok: false; reason: string } {
  const verdict = judgeUrl(url, allow);
  return verdict.kind === 'allowed' ? { ok: true, url: verdict.url.href } : { ok: false, reason: verdict.reason };
}

/** Decides on the parsed URL only, since raw spellings of one host are many. Names are resolved, and judged again, when called. */
export function judgeUrl(text: string, allow: AllowList): UrlVerdict {
  if (text.length > MAX_LENGTH) return invalid(`the URL is longer than ${MAX_LENGTH} characters`);
  if (!URL.canParse(text)) return invalid('this is not a URL');
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return invalid('the URL must begin with https:// or http://');
  if (url.username !== '' || url.password !== '') return invalid('the URL must not contain credentials');
  url.hash = '';
  if (url.href.length > MAX_LENGTH) return invalid(`the URL is longer than ${MAX_LENGTH} characters once encoded`);
  if (!fitsDns(hostOf(url))) return invalid('the host name is too long, or has an empty label');
  if (url.port === '0') return blocked('port 0 is not allowed');
  return isAllowListed(hostOf(url), allow) ? { kind: 'allowed', url } : judgePublicUrl(url);
}

/** The host as a name or a bare IP literal, without the brackets and the trailing dot. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}

/** Whether a name can belong to the public internet at all; says nothing about what it resolves to. */
export function isPublicName(name: string): boolean {
  if (!name.includes('.')) return false;
  return !LOCAL_SUFFIXES.some((suffix) => name.endsWith(`.${suffix}`));
}

function judgePublicUrl(url: URL): UrlVerdict {
  const host = hostOf(url);
  const isLiteral = isIP(host) !== 0;
  if (isLiteral && !isPublicAddress(host)) return blocked('the address is not public');
  if (!isLiteral && !isPublicName(host)) return blocked('the host is not a public name');
  if (!isWebPort(url.port)) return blocked(`port ${url.port} is not allowed`);
  return { kind: 'allowed', url };
}

function isAllowListed(host: string, allow: AllowList): boolean {
  return isIP(host) === 0 ? allow.allowsHost(host) : allow.allowsAddress(host);
}

function fitsDns(host: string): boolean {
  if (isIP(host) !== 0) return true;
  return host.length <= MAX_NAME_LENGTH && host.split('.').every((label) => label !== '' && label.length <= MAX_LABEL_LENGTH);
}

/** WHATWG leaves the port empty when it is the default one of the scheme. */
function isWebPort(port: string): boolean {
  if (port === '' || port === '80' || port === '443') return true;
  return Number(port) >= FIRST_FREE_PORT && DENIED_PORTS[Number(port)] === undefined;
}

function invalid(reason: string): UrlVerdict {
  return { kind: 'invalid', reason };
}

function blocked(reason: string): UrlVerdict {
  return { kind: 'blocked', reason };
}
