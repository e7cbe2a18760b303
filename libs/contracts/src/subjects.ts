/* Subjects of core NATS: requests and announcements that no stream keeps. */

/** Producers publish or request here; the organization is the subject's last token. */
export const ingestSubject = (organizationId: string) => `buildwire.ingest.v1.${organizationId}`;

/** A webhook was created, changed or deleted: caches forget it. The payload is a {@link WebhookChange}. */
export const webhookChangedSubject = (organizationId: string) => `buildwire.webhook.changed.${organizationId}`;

export interface WebhookChange {
  organizationId: string;
  webhookId: string;
}

/** Asks rendering for the body of one event: a `renderRequest`, answered by a `renderReply`. */
export const RENDER_SUBJECT = 'buildwire.render.v1';

/** Replicas of delivery tell that they live, once a second. The payload is a {@link ReplicaAlive}. */
export const DELIVERY_REPLICAS_SUBJECT = 'buildwire.delivery.replicas';

export interface ReplicaAlive {
  replicaId: string;
}

/** The circuits of some endpoints opened or closed: the other replicas do the same. The payload is a list of {@link CircuitChange}. */
export const CIRCUITS_SUBJECT = 'buildwire.circuits.changed';

/** What a circuit is since `changedAtMs`; of two that differ, the later one is true. Instants in epoch milliseconds. */
export interface CircuitChange {
  webhookId: string;
  state: 'open' | 'closed';
  /** No attempt before; 0 of a closed one. */
  untilMs: number;
  /** How often in a row it has opened; 0 of a closed one. */
  openings: number;
  changedAtMs: number;
  /** Since when it has not been closed. */
  sinceMs: number;
  /** The last failure, for people; absent if not known. */
  reason?: string | undefined;
}

/** The organization that a subject ends with. */
export function organizationOfSubject(subject: string): string {
  return subject.slice(subject.lastIndexOf('.') + 1);
}
