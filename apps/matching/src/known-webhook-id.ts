import { ProblemError, webhookId } from '@buildwire/contracts';

/** The id, if it can be one: what cannot is nobody's. Throws a {@link ProblemError} `not_found`. */
export function knownWebhookId(id: string): string {
  if (!webhookId.safeParse(id).success) throw new ProblemError('not_found');
  return id;
}
