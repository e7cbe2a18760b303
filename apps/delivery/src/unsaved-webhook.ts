import type { KeyObject } from 'node:crypto';
import { InvalidSecretError, ProblemError, newSecretFor, rulesOf, secretKey } from '@buildwire/contracts';
import type { CreateWebhook, Rules } from '@buildwire/contracts';
import { checkKeys } from '@buildwire/signing';
import type { RequestSettings } from './attempt-request.js';
import type { SubscribedWebhook } from './preview-reader.js';

/** A webhook as a preview needs it, saved or not. */
export interface PreviewedWebhook extends SubscribedWebhook {
  settings: RequestSettings;
}

/** What a webhook would be if it were saved; without a secret it gets one that nobody will ever know. Throws a {@link ProblemError} that points at the secret. */
export function unsavedWebhook(webhook: CreateWebhook): PreviewedWebhook {
  const { url, format, dialect, options, events, appId, headers, limits, ca } = webhook;
  const rules = rulesOf(webhook);
  const keys = keysOf(webhook, rules);
  return { variant: { format, dialect, options }, events, appId, settings: { url, format, headers, rules, keys, timeoutMs: limits?.timeoutMs, ca } };
}

function keysOf(webhook: CreateWebhook, { schemes }: Rules): KeyObject[] {
  const secret = webhook.secret ?? newSecretFor(webhook);
  if (secret === undefined) return [];
  try {
    const keys = [secretKey(secret)];
    checkKeys(schemes, keys);
    return keys;
  } catch (error) {
    if (!(error instanceof InvalidSecretError)) throw error;
    throw new ProblemError('invalid_request', undefined, [{ pointer: '/webhook/secret', detail: error.message }], { cause: error });
  }
}
