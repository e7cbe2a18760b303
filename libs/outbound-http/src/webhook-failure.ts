import { errors } from 'undici';
import { SendError } from './send-result.js';

/** The TLS faults worth naming to the customer, by Node's code. */
const TLS_FAULTS: Record<string, string> = {
  CERT_HAS_EXPIRED: 'the certificate has expired',
  CERT_NOT_YET_VALID: 'the certificate is not valid yet',
  CERT_REVOKED: 'the certificate is revoked',
  CERT_SIGNATURE_FAILURE: 'the certificate is not from who it says',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate chain ends in a self-signed certificate',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate chain is incomplete',
  UNABLE_TO_GET_ISSUER_CERT: 'the certificate chain is incomplete',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the certificate is not from a trusted authority',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another host',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the endpoint does not speak TLS on this port',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'the endpoint does not offer TLS 1.2 or later',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'the endpoint does not offer TLS 1.2 or later',
};

const CONNECT_FAULTS: Record<string, string> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was closed while it was made',
  EHOSTUNREACH: 'the host is unreachable',
  ENETUNREACH: 'the network is unreachable',
  ETIMEDOUT: 'the host did not answer',
};

const NOT_HTTP = 'the answer is not valid HTTP/1.1';

/** What undici says, by code, when the answer is not HTTP that we accept. */
const RESPONSE_FAULTS: Record<string, string> = {
  UND_ERR_HEADERS_OVERFLOW: 'the headers of the answer are too long',
  // Also what undici says of any parser error behind a Content-Length header.
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: NOT_HTTP,
};

/** undici gives these the code of a closed socket, but it closed the socket itself. */
const RESPONSE_FAULT_MESSAGES = ['bad response', 'bad upgrade'];

/** Names an error of the name lookup. */
export function dnsError(cause: unknown): SendError {
  const missing = codeOf(cause) === 'ENOTFOUND' || codeOf(cause) === 'ENODATA';
  return new SendError('dns', missing ? 'the host name does not exist' : 'the host name could not be resolved', { cause });
}

/** Names an error of the socket before the connection is usable; `secure` once the TLS handshake has begun. */
export function connectError(cause: unknown, secure: boolean): SendError {
  const code = codeOf(cause);
  if (!secure) return new SendError('connect', CONNECT_FAULTS[code] ?? 'the connection failed', { cause });
  return new SendError('tls', TLS_FAULTS[code] ?? 'the TLS handshake failed', { cause });
}

/** Names an error of the exchange, as undici or the socket throws it; never repeats its text, which may hold addresses. */
export function exchangeError(cause: unknown): SendError {
  if (cause instanceof SendError) return cause;
  const code = codeOf(cause);
  if (code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED') {
    return new SendError('invalid_request', 'the request has a header or a path that HTTP does not allow', { cause });
  }
  if (code.startsWith('ERR_SSL') || code === 'EPROTO') return new SendError('tls', 'the TLS connection failed', { cause });
  const fault = responseFault(cause, code);
  if (fault !== undefined) return new SendError('invalid_response', fault, { cause });
  return new SendError('reset', 'the connection was closed before the answer', { cause });
}

function responseFault(cause: unknown, code: string): string | undefined {
  // undici 7.30 leaves the code of its parser errors undefined.
  if (cause instanceof errors.HTTPParserError) return NOT_HTTP;
  if (cause instanceof Error && RESPONSE_FAULT_MESSAGES.includes(cause.message)) return NOT_HTTP;
  return RESPONSE_FAULTS[code];
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return '';
  return String(error.code);
}
