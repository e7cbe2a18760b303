import { timestampOf } from '@buildwire/contracts';
import type { DeliveryAttempted } from '@buildwire/contracts';
import { hexBytes, storable, wellFormed } from './storable-text.js';

/** A row of `delivery_log.attempt`. */
export interface AttemptRow {
  sent_at: string;
  id: string;
  delivery_id: string;
  organization_id: string;
  trigger: string;
  schedule_attempt: number;
  outcome: string;
  reason?: string;
  status_code?: number;
  request_method: string;
  request_url: string;
  request_headers: [string, string][];
  content_type: string;
  body_headers: [string, string][];
  request_body?: string;
  request_body_bytes?: string;
  response_headers?: [string, string][];
  response_body?: string;
  response_truncated?: boolean;
  timing: DeliveryAttempted['timing'];
  duration_ms: number;
  transport_retried: boolean;
}

export function attemptRow(attempted: DeliveryAttempted): AttemptRow {
  const { request, response, reason } = attempted;
  return {
    sent_at: timestampOf(attempted.sentAtMs),
    id: attempted.attemptId,
    delivery_id: attempted.deliveryId,
    organization_id: attempted.organizationId,
    trigger: attempted.trigger,
    schedule_attempt: attempted.attempt,
    outcome: attempted.outcome,
    ...(reason === undefined ? {} : { reason: storable(reason) }),
    request_method: request.method,
    request_url: storable(request.url),
    request_headers: storableHeaders(request.headers),
    content_type: storable(attempted.contentType),
    body_headers: storableHeaders(attempted.headers),
    ...requestBody(attempted.body),
    ...(response === undefined ? {} : responseColumns(response)),
    timing: attempted.timing,
    duration_ms: attempted.durationMs,
    transport_retried: attempted.transportRetried,
  };
}

/** Text spares the doubled length of bytes in hexadecimal, and can be searched; the bytes of either are what was sent. */
function requestBody(body: string) {
  const text = wellFormed(body);
  return text.includes('\0') ? { request_body_bytes: hexBytes(Buffer.from(text)) } : { request_body: text };
}

function responseColumns({ statusCode, headers, body, truncated }: NonNullable<DeliveryAttempted['response']>) {
  return {
    status_code: statusCode,
    response_headers: storableHeaders(headers),
    response_body: hexBytes(Buffer.from(body, 'base64')),
    response_truncated: truncated,
  };
}

function storableHeaders(headers: [string, string][]): [string, string][] {
  return headers.map(([name, value]) => [storable(name), storable(value)]);
}
