import { z } from 'zod';
import { eventInput, event } from '../event/event.js';
import { attemptList, deadLetterList, delivery, deliveryFilters, deliveryList, pagingOnly, resentDelivery } from './deliveries.js';
import { dryRun, dryRunResult } from './dry-run.js';
import { eventBatch, eventFilters, eventList, eventTypeList, publishedEvent, publishResults } from './events.js';
import { preview, previewUnsavedWebhook, previewWebhook, startedTest, testWebhook } from './preview.js';
import type { ProblemCode } from './problem.js';
import { recoveredEvents, recoverWebhook, resendDeliveries, resentDeliveries } from './recovery.js';
import { rotatedSecret, rotateSecret, updatedWebhook } from './webhook-actions.js';
import { createdWebhook, createWebhook, updateWebhook, webhook, webhookFilters, webhookList } from './webhooks.js';

/** One route of the public API, as the reference page shows it. */
export interface Route {
  method: 'get' | 'post' | 'patch' | 'delete';
  /** With OpenAPI's `{name}` parameters. */
  path: string;
  tag: 'Events' | 'Webhooks' | 'Deliveries';
  summary: string;
  query?: z.ZodObject;
  body?: z.ZodType;
  status: 200 | 201 | 202 | 204 | 302;
  answer?: z.ZodType;
  problems: readonly ProblemCode[];
}

const READ = ['unauthorized', 'database_unavailable'] as const;
const READ_ONE = [...READ, 'not_found'] as const;
const READ_LIST = [...READ, 'invalid_request', 'invalid_cursor'] as const;
const WRITE = [...READ, 'malformed_json', 'invalid_request', 'too_large', 'unsupported_media_type', 'loop'] as const;

/** Every route under `/v1`. */
export const routes: readonly Route[] = [
  {
    method: 'post',
    path: '/v1/events',
    tag: 'Events',
    summary: 'Publish one event, or a batch. 202 means durable; the same event id may be sent again without harm.',
    body: z.union([eventInput, eventBatch]),
    status: 202,
    answer: z.union([publishedEvent, publishResults]),
    problems: [...WRITE, 'unknown_event_type', 'busy', 'broker_unavailable'],
  },
  { method: 'get', path: '/v1/events', tag: 'Events', summary: 'What was said, newest first.', query: eventFilters, status: 200, answer: eventList, problems: READ_LIST },
  { method: 'get', path: '/v1/events/{id}', tag: 'Events', summary: 'One event.', status: 200, answer: event, problems: READ_ONE },
  {
    method: 'get',
    path: '/v1/events/{id}/deliveries',
    tag: 'Events',
    summary: 'What became of an event: its deliveries, those not yet attempted included.',
    query: pagingOnly,
    status: 200,
    answer: deliveryList,
    problems: [...READ_LIST, 'not_found'],
  },
  {
    method: 'get',
    path: '/v1/artifacts/{token}',
    tag: 'Events',
    summary: 'Download an artifact by a signed address: good for 24 hours from the acceptance of the event, any number of times, with ranges and conditions. Leads to where the artifact is kept (302), or answers with its bytes (200, 206, 304, 416) if so configured; HEAD too. Needs no API key.',
    status: 302,
    problems: ['not_found', 'gone', 'origin_unavailable', 'busy', 'database_unavailable'],
  },
  { method: 'get', path: '/v1/event-types', tag: 'Events', summary: 'The catalogue of event types.', status: 200, answer: eventTypeList, problems: ['unauthorized'] },
  { method: 'post', path: '/v1/webhooks', tag: 'Webhooks', summary: 'Create a webhook. Only this answer holds the secret.', body: createWebhook, status: 201, answer: createdWebhook, problems: WRITE },
  {
    method: 'post',
    path: '/v1/webhooks/dry-run',
    tag: 'Webhooks',
    summary: 'Which of the latest events a webhook that need not exist would get, and why, rule by rule. Nothing is sent or saved.',
    body: dryRun,
    status: 200,
    answer: dryRunResult,
    problems: WRITE,
  },
  {
    method: 'post',
    path: '/v1/webhooks/preview',
    tag: 'Webhooks',
    summary: 'The exact request that a webhook that is not saved would get for an example, or for an event that was accepted. Without a secret it is signed with a generated one, as a new webhook is. Nothing is sent or saved.',
    body: previewUnsavedWebhook,
    status: 200,
    answer: preview,
    problems: [...WRITE, 'not_found', 'broker_unavailable'],
  },
  {
    method: 'post',
    path: '/v1/webhooks/{id}/preview',
    tag: 'Webhooks',
    summary: 'The exact request that a webhook would get for an example, or for an event that was accepted, whatever it subscribes to. Nothing is sent or saved: download links of an example lead nowhere.',
    body: previewWebhook,
    status: 200,
    answer: preview,
    problems: [...WRITE, 'not_found', 'broker_unavailable'],
  },
  {
    method: 'post',
    path: '/v1/webhooks/{id}/test',
    tag: 'Webhooks',
    summary: 'Send an example to a webhook, whatever it subscribes to and though it be paused or inactive: one attempt, which the log shows with the trigger `test`. 202 means durable.',
    body: testWebhook,
    status: 202,
    answer: startedTest,
    problems: [...WRITE, 'not_found', 'broker_unavailable'],
  },
  { method: 'get', path: '/v1/webhooks', tag: 'Webhooks', summary: 'The webhooks, newest first.', query: webhookFilters, status: 200, answer: webhookList, problems: READ_LIST },
  { method: 'get', path: '/v1/webhooks/{id}', tag: 'Webhooks', summary: 'One webhook.', status: 200, answer: webhook, problems: READ_ONE },
  { method: 'patch', path: '/v1/webhooks/{id}', tag: 'Webhooks', summary: 'Change a webhook. Deliveries that wait use the new settings, and come at once if the URL is new; made inactive, they are canceled.', body: updateWebhook, status: 200, answer: updatedWebhook, problems: [...WRITE, 'not_found'] },
  { method: 'post', path: '/v1/webhooks/{id}/pause', tag: 'Webhooks', summary: 'Keep deliveries back. Nothing is lost and no attempt is counted; resends and tests are sent all the same.', status: 200, answer: webhook, problems: READ_ONE },
  { method: 'post', path: '/v1/webhooks/{id}/resume', tag: 'Webhooks', summary: 'Send what was kept back, in due order and no faster than 50 a second.', status: 200, answer: webhook, problems: READ_ONE },
  {
    method: 'post',
    path: '/v1/webhooks/{id}/rotate-secret',
    tag: 'Webhooks',
    summary: 'A new secret, given or generated; earlier ones sign beside it for a while, five in all at most. Only this answer holds the secret. A chat target has none.',
    body: rotateSecret,
    status: 200,
    answer: rotatedSecret,
    problems: [...WRITE, 'not_found'],
  },
  { method: 'post', path: '/v1/webhooks/{id}/recover', tag: 'Webhooks', summary: 'Send a webhook the events of a time that it wants as it is now and never got, oldest first, from at most 500 events a call. 202 means durable; asking again sends nothing twice.', body: recoverWebhook, status: 202, answer: recoveredEvents, problems: [...WRITE, 'invalid_cursor', 'not_found', 'webhook_gone', 'busy', 'broker_unavailable'] },
  { method: 'delete', path: '/v1/webhooks/{id}', tag: 'Webhooks', summary: 'Delete a webhook; deliveries that wait are canceled.', status: 204, problems: READ_ONE },
  { method: 'get', path: '/v1/deliveries', tag: 'Deliveries', summary: 'The delivery log, newest first.', query: deliveryFilters, status: 200, answer: deliveryList, problems: READ_LIST },
  { method: 'get', path: '/v1/deliveries/{id}', tag: 'Deliveries', summary: 'One delivery.', status: 200, answer: delivery, problems: READ_ONE },
  { method: 'get', path: '/v1/deliveries/{id}/attempts', tag: 'Deliveries', summary: 'The attempts of a delivery, oldest first, as they went over the wire.', query: pagingOnly, status: 200, answer: attemptList, problems: [...READ_LIST, 'not_found'] },
  {
    method: 'post',
    path: '/v1/deliveries/{id}/resend',
    tag: 'Deliveries',
    summary: 'Send a delivery again: same body, same webhook-id, fresh signature. The automatic schedule stays as it is.',
    status: 202,
    answer: resentDelivery,
    problems: [...READ_ONE, 'invalid_request', 'webhook_gone', 'broker_unavailable', 'loop'],
  },
  { method: 'post', path: '/v1/deliveries/resend', tag: 'Deliveries', summary: 'Send the deliveries of a webhook again that ended without success: exhausted ones, and canceled ones that were tried; no tests. Oldest first, at most 200 a call. Asking again sends again what has not succeeded meanwhile.', body: resendDeliveries, status: 202, answer: resentDeliveries, problems: [...WRITE, 'invalid_cursor', 'not_found', 'webhook_gone', 'broker_unavailable'] },
  { method: 'get', path: '/v1/dead-letters', tag: 'Deliveries', summary: 'Messages that could not be worked on, with the reason, newest first.', query: pagingOnly, status: 200, answer: deadLetterList, problems: READ_LIST },
];
