import { X509Certificate, createHash } from 'node:crypto';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';

/** Which authorities an endpoint's certificate may come from. */
export interface Trust {
  /** Differs wherever connections must not be shared. */
  key: string;
  secureContext: SecureContext;
}

/** Each keeps about 44 KB beside its certificates. */
const MAX_KEPT = 256;

const END = '-----END CERTIFICATE-----';

/** The public authorities, and besides them those of a webhook, for its connections only. */
export class TrustStore {
  readonly #public: Trust;
  /** By PEM, the longest unused first. */
  readonly #kept = new Map<string, Trust>();

  /** `extraCa` is trusted for everyone. */
  constructor(readonly extraCa = '') {
    this.#public = { key: '', secureContext: contextWith(extraCa) };
  }

  /** Those of a webhook with these PEM certificates, or why they cannot be used. */
  of(ca?: string): Trust | { reason: string } {
    if (ca === undefined) return this.#public;
    const kept = this.#kept.get(ca);
    if (kept === undefined && !isCertificates(ca)) return { reason: 'the certificate authority of the webhook is not a PEM certificate' };
    this.#kept.delete(ca);
    this.#makeRoom();
    const trust = kept ?? { key: createHash('sha256').update(ca).digest('base64'), secureContext: contextWith(`${this.extraCa}\n${ca}`) };
    this.#kept.set(ca, trust);
    return trust;
  }

  #makeRoom(): void {
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }
}

/** OpenSSL would pass over what it cannot read, and the owner would never learn why nothing is trusted. */
function isCertificates(pem: string): boolean {
  const parts = pem.split(END);
  return parts.pop()?.trim() === '' && parts.length > 0 && parts.every((part) => isCertificate(`${part}${END}`));
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

/** Without those of NODE_EXTRA_CA_CERTS, once there are others. */
function contextWith(ca: string): SecureContext {
  const minVersion = 'TLSv1.2';
  const context = createSecureContext({ minVersion });
  if (ca.trim() === '') return context;
  const native: unknown = context.context;
  // The documented way reads the 144 public ones anew: 30 ms and 1 MB for each context.
  if (!takesAuthorities(native)) return createSecureContext({ minVersion, ca: [...rootCertificates, ca] });
  native.addCACert(ca);
  return context;
}

function takesAuthorities(native: unknown): native is { addCACert(pem: string): void } {
  return typeof native === 'object' && native !== null && 'addCACert' in native && typeof native.addCACert === 'function';
}
