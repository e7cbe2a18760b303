import { LoggedAttempt } from './delivery-log/attempt.js';
import { LoggedDeadLetter } from './delivery-log/dead-letter.js';
import { LoggedDelivery } from './delivery-log/delivery.js';
import { BuildTurn } from './delivery/build-turn.js';
import { DueDelivery } from './delivery/due-delivery.js';
import { EndpointHealth } from './delivery/endpoint-health.js';
import { DueHead } from './delivery/due-head.js';
import { ApiKey } from './matching/api-key.js';
import { LatestBuildOutcome } from './matching/build-outcome.js';
import { IndexedEvent } from './matching/indexed-event.js';
import { Organization } from './matching/organization.js';
import { StoredWebhook } from './matching/stored-webhook.js';
import { WebhookSecret } from './matching/webhook-secret.js';

/** One for each table, in the folder of its only writer. The migrations make the tables; a spec compares the two. */
export const entities = [Organization, ApiKey, StoredWebhook, WebhookSecret, IndexedEvent, LatestBuildOutcome, DueDelivery, DueHead, BuildTurn, EndpointHealth, LoggedDelivery, LoggedAttempt, LoggedDeadLetter];
