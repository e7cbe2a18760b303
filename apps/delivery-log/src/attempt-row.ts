import { Columns } from '@buildwire/database';
import type { DeliveryAttempted } from '@buildwire/contracts';
import { storable } from './storable-text.js';

/** The columns of `delivery_log.attempt` as they are written. */
export const attemptColumns = new Columns({
  organization_id: 'text',
  delivery_id: 'text',
  sent_at: 'timestamptz',
  id: 'text',
  trigger: 'text',
  schedule_attempt: 'integer',
  outcome: 'text',
  reason: 'text',
  status_code: 'integer',
  request_method: 'text',
  request_url: 'text',
  request_headers: 'json',
  content_type: 'text',
  body_headers: 'json',
  request_body: 'text',
  request_body_bytes: 'bytea',
  response_headers: 'json',
  response_body: 'bytea',
  response_truncated: 'boolean',
  timing: 'json',
  duration_ms: 'integer',
  transport_retried: 'boolean',
});

export type AttemptRow = ReturnType<typeof attemptRow>;

export function attemptRow(attempted: DeliveryAttempted) {
  const { request, response, reason, body } = attempted;
  // Text can be searched; what it cannot hold is kept as bytes. Those of either are what was sent.
  const isText = !body.includes('\0');
  return {
    organization_id: attempted.organizationId,
    delivery_id: attempted.deliveryId,
    sent_at: attempted.sentAtMs,
    id: attempted.attemptId,
    trigger: attempted.trigger,
    schedule_attempt: attempted.attempt,
    outcome: attempted.outcome,
    reason: reason === undefined ? null : storable(reason),
    status_code: response?.statusCode,
    request_method: request.method,
    request_url: storable(request.url),
    request_headers: storableHeaders(request.headers),
    content_type: storable(attempted.contentType),
    body_headers: storableHeaders(attempted.headers),
    request_body: isText ? body : null,
    request_body_bytes: isText ? null : Buffer.from(body),
    response_headers: response && storableHeaders(response.headers),
    response_body: response && Buffer.from(response.body, 'base64'),
    response_truncated: response?.truncated,
    timing: JSON.stringify(attempted.timing),
    duration_ms: attempted.durationMs,
    transport_retried: attempted.transportRetried,
  };
}

/** As JSON. What no column can hold is a `\u` escape there, as is little else. */
function storableHeaders(headers: [string, string][]): string {
  const json = JSON.stringify(headers);
  return json.includes('\\u') ? JSON.stringify(headers.map((pair) => pair.map(storable))) : json;
}
