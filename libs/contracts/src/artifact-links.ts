import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Artifact } from './event/subjects.js';
import type { Event } from './event/event.js';
import { millisecondsOf } from './timestamp.js';

/** From the event's acceptance, not from the rendering: a body rendered again has the same bytes. */
const LIFETIME_MS = 24 * 3_600_000;
const SIGNATURE_BYTES = 20;

/** One artifact of one event. */
export interface ArtifactReference {
  organizationId: string;
  eventId: string;
  /** Its place among the build's artifacts. */
  index: number;
}

/** What a token stands for. A token that we did not make, or that was changed, is `unknown`. */
export type ReadToken = ({ kind: 'valid' } & ArtifactReference) | { kind: 'expired' } | { kind: 'unknown' };

/** Signed addresses of artifacts, good for a day and any number of downloads. */
export class ArtifactLinks {
  private readonly keys: Buffer[];

  /** `secretsKey` is that of the service: the first of its values signs, all are accepted. `publicUrl` is where receivers reach the API. */
  constructor(
    private readonly publicUrl: string,
    secretsKey: string,
  ) {
    this.keys = secretsKey.split(',').map((value) => Buffer.from(hkdfSync('sha256', value.trim(), '', 'buildwire artifact links', 32)));
  }

  /** Where to download an artifact of an event; the artifact's own address if it is none of the event's build. */
  urlOf(event: Event, artifact: Artifact): string {
    const index = event.build?.artifacts?.indexOf(artifact) ?? -1;
    if (index < 0) return artifact.url;
    const expiresAt = millisecondsOf(event.receivedAt) + LIFETIME_MS;
    const claims = Buffer.from(JSON.stringify([event.organization.id, event.id, index, expiresAt])).toString('base64url');
    return `${this.publicUrl}/v1/artifacts/${claims}.${signatureOf(this.keys[0], claims).toString('base64url')}`;
  }

  read(token: string, nowMs: number): ReadToken {
    const [claims = '', signature = ''] = token.split('.');
    const given = Buffer.from(signature, 'base64url');
    const isOurs = given.length === SIGNATURE_BYTES && this.keys.some((key) => timingSafeEqual(signatureOf(key, claims), given));
    if (!isOurs) return { kind: 'unknown' };
    const [organizationId, eventId, index, expiresAt] = JSON.parse(Buffer.from(claims, 'base64url').toString()) as [string, string, number, number];
    return expiresAt <= nowMs ? { kind: 'expired' } : { kind: 'valid', organizationId, eventId, index };
  }
}

function signatureOf(key: Buffer | undefined, claims: string): Buffer {
  if (key === undefined) throw new Error('there is no key to sign with');
  return createHmac('sha256', key).update(claims).digest().subarray(0, SIGNATURE_BYTES);
}
