/* Subjects of core NATS: requests and announcements that no stream keeps. */

/** Producers publish or request here; the organization is the subject's last token. */
export const ingestSubject = (organizationId: string) => `buildwire.ingest.v1.${organizationId}`;

/** A webhook was created, changed or deleted: caches forget it. The payload is a {@link WebhookChange}. */
export const webhookChangedSubject = (organizationId: string) => `buildwire.webhook.changed.${organizationId}`;

export interface WebhookChange {
  organizationId: string;
  webhookId: string;
}

/** The organization that a subject ends with. */
export function organizationOfSubject(subject: string): string {
  return subject.slice(subject.lastIndexOf('.') + 1);
}
