import { connect as connectTcp, isIP, isIPv4, type LookupFunction, type Socket, type TcpNetConnectOpts } from 'node:net';
import { connect as connectTls, type SecureContext } from 'node:tls';
import type { AllowList } from './allow-list.js';
import { parseIp } from './ip-address.js';
import { isPublicAddress } from './public-address.js';
import type { ResolveHost } from './resolve-host.js';
import { SendError } from './send-result.js';
import { connectError, dnsError } from './webhook-failure.js';
import { isPublicName } from './webhook-url.js';

/** Enough to get round dead addresses; a name with thousands of them must not keep us busy. */
const MAX_ADDRESSES = 8;

/** Node's 250 ms give up on distant hosts that have several addresses. */
const NEXT_ADDRESS_MS = 500;

/** What all connections of a client have in common; the timeout spans resolving, connecting and TLS. */
export interface ConnectPolicy {
  allow: AllowList;
  resolve: ResolveHost;
  connectTimeoutMs: number;
  secureContext: SecureContext;
}

/** Where to connect; `host` is a name or a bare IP literal. */
export interface ConnectTarget {
  host: string;
  port: number;
  secure: boolean;
}

/**
 * Connects to an address that was vetted in this very call: the name is resolved once, all its addresses must be allowed,
 * and the socket can reach no other. Rejects with SendError. Aborting the signal destroys the socket.
 */
export async function connectGuarded(target: ConnectTarget, policy: ConnectPolicy, signal: AbortSignal): Promise<Socket> {
  const startedAt = performance.now();
  const addresses = await inTime(vettedAddresses(target.host, policy), policy.connectTimeoutMs);
  if (signal.aborted) throw new SendError('timeout', 'the connection was given up');
  const remainingMs = policy.connectTimeoutMs - (performance.now() - startedAt);
  return opened(target, addresses, policy, remainingMs, signal);
}

async function vettedAddresses(host: string, { allow, resolve }: ConnectPolicy): Promise<string[]> {
  const isLiteral = isIP(host) !== 0;
  const isAllowedName = !isLiteral && allow.allowsHost(host);
  if (!isLiteral && !isAllowedName && !isPublicName(host)) throw new SendError('blocked_address', 'the host is not a public name');

  // The trailing dot keeps the search list of a cluster from turning a public name into an internal one.
  const addresses = isLiteral ? [host] : await resolved(isAllowedName ? host : `${host}.`, resolve);
  const isAllowed = (ip: string) => isAllowedName || isPublicAddress(ip) || allow.allowsAddress(ip);
  if (!addresses.every(isAllowed)) throw new SendError('blocked_address', 'the address is not public');
  return addresses.slice(0, MAX_ADDRESSES);
}

async function resolved(name: string, resolve: ResolveHost): Promise<string[]> {
  const addresses = await resolve(name).catch((error: unknown) => { throw dnsError(error); });
  if (addresses.length === 0) throw new SendError('dns', 'the host name has no address');
  return addresses;
}

function inTime<T>(answer: Promise<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new SendError('dns', 'the host name was not resolved in time')), timeoutMs);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function opened(target: ConnectTarget, addresses: string[], policy: ConnectPolicy, timeoutMs: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = target.secure ? tlsSocket(target, addresses, policy) : connectTcp(pinned(target, addresses));
    let isOver = false;
    const end = (error?: SendError) => {
      isOver = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      if (error === undefined) return resolve(socket);
      socket.destroy();
      reject(error);
    };
    const abort = () => end(new SendError('timeout', 'the connection was given up'));
    const timer = setTimeout(() => end(new SendError('timeout', 'no connection in time')), timeoutMs);
    let handshaking = false;
    signal.addEventListener('abort', abort);
    // Stays on: between this and undici's own listener an error would end the process.
    socket.on('error', (error) => isOver || end(connectError(error, handshaking)));
    socket.once('connect', () => {
      handshaking = target.secure;
      if (!isPinned(socket, addresses)) end(new SendError('blocked_address', 'the address is not the one resolved'));
    });
    socket.once(target.secure ? 'secureConnect' : 'connect', () => end());
  });
}

function tlsSocket(target: ConnectTarget, addresses: string[], { secureContext }: ConnectPolicy): Socket {
  return connectTls({
    ...pinned(target, addresses),
    secureContext,
    rejectUnauthorized: true,
    ALPNProtocols: ['http/1.1'],
    ...(isIP(target.host) === 0 ? { servername: target.host } : {}),
  });
}

// `host` stays the name so that TLS checks the certificate against it; Node skips `lookup` for IP literals, vetted above.
function pinned(target: ConnectTarget, addresses: string[]): TcpNetConnectOpts {
  const answers = addresses.map((address) => ({ address, family: isIPv4(address) ? 4 : 6 }));
  const lookup: LookupFunction = (_name, options, callback) => {
    if (options.all === true) callback(null, answers);
    else callback(null, answers[0]?.address ?? '', answers[0]?.family);
  };
  return {
    host: target.host, port: target.port, noDelay: true,
    lookup, autoSelectFamily: true, autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
  };
}

function isPinned(socket: Socket, addresses: string[]): boolean {
  const remote = parseIp(socket.remoteAddress ?? '')?.value;
  return remote !== undefined && addresses.some((address) => parseIp(address)?.value === remote);
}
