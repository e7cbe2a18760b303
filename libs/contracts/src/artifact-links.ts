import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Artifact } from './event/subjects.js';
import type { Event } from './event/event.js';
import { millisecondsOf, timestampOf } from './timestamp.js';

/** From the event's acceptance, not from the rendering: a body rendered again has the same bytes. */
const LIFETIME_MS = 24 * 3_600_000;
const SIGNATURE_BYTES = 20;

/** One artifact of one event. Events are never changed, so its place is always that of the same artifact of the same build. */
export interface ArtifactReference {
  organizationId: string;
  eventId: string;
  /** Its place among the build's artifacts. */
  index: number;
}

/** What a token stands for. A token that we did not make, or that was changed, is `unknown`. */
export type ReadToken = ({ kind: 'valid' } & ArtifactReference) | { kind: 'expired' } | { kind: 'unknown' };

/** The web address of an artifact; undefined if it is kept where only its owner's tools can fetch it (`s3:`, `file:`). */
export function downloadable({ url }: Artifact): URL | undefined {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  return parsed?.protocol === 'https:' || parsed?.protocol === 'http:' ? parsed : undefined;
}

/** When the links of an event end. */
export function linksExpireAt(event: Event): string {
  return timestampOf(expiryOf(event));
}

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

  /** Where to download an artifact of an event; the artifact's own address if it is none of the event's build, or not on the web. */
  urlOf(event: Event, artifact: Artifact): string {
    const index = event.build?.artifacts?.indexOf(artifact) ?? -1;
    if (index < 0 || downloadable(artifact) === undefined) return artifact.url;
    const claims = Buffer.from(JSON.stringify([event.organization.id, event.id, index, expiryOf(event)])).toString('base64url');
    return `${this.publicUrl}/v1/artifacts/${claims}.${signatureOf(this.keys[0], claims)}`;
  }

  read(token: string, nowMs: number): ReadToken {
    const [claims = '', signature = '', ...rest] = token.split('.');
    if (rest.length > 0 || !this.keys.some((key) => isEqual(signatureOf(key, claims), signature))) return { kind: 'unknown' };
    const [organizationId, eventId, index, expiresAt] = JSON.parse(Buffer.from(claims, 'base64url').toString()) as [string, string, number, number];
    return expiresAt <= nowMs ? { kind: 'expired' } : { kind: 'valid', organizationId, eventId, index };
  }
}

function expiryOf({ receivedAt }: Event): number {
  return millisecondsOf(receivedAt) + LIFETIME_MS;
}

function signatureOf(key: Buffer | undefined, claims: string): string {
  if (key === undefined) throw new Error('there is no key to sign with');
  return createHmac('sha256', key).update(claims).digest().subarray(0, SIGNATURE_BYTES).toString('base64url');
}

/** As text: decoding takes many spellings of the same bytes, and a token has one. */
function isEqual(expected: string, given: string): boolean {
  const [ours, theirs] = [Buffer.from(expected), Buffer.from(given)];
  return ours.length === theirs.length && timingSafeEqual(ours, theirs);
}
