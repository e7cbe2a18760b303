import { instant } from '@buildwire/database';
import type { LoggedAttempt } from '@buildwire/database';
import { CLOCK_SKEW } from './deliveries.query.js';

/** Bounds the memory of a page: it ends with the attempt whose bodies reach this. */
const MAX_PAGE_BYTES = 8 * 1024 * 1024;

/** `number` is the rank by time; `found` counts the rows from the cursor on, up to one more than the limit. */
export type AttemptPageRow = Omit<LoggedAttempt, 'sentAt' | 'organizationId' | 'scheduleAttempt' | 'contentType'> & { sentAt: string; number: number; found: number };

/** `octet_length` knows the size of a large body without reading it. */
const columns = `
  a.id, a.delivery_id as "deliveryId", a.trigger, a.outcome, a.reason, a.status_code as "statusCode",
  a.request_method as "requestMethod", a.request_url as "requestUrl", a.request_headers as "requestHeaders",
  a.request_body as "requestBody", a.request_body_bytes as "requestBodyBytes", a.response_headers as "responseHeaders",
  a.response_body as "responseBody", a.response_truncated as "responseTruncated", a.timing, ${instant('a.sent_at')} as "sentAt",
  a.duration_ms as "durationMs", a.transport_retried as "transportRetried",
  coalesce(octet_length(a.request_body), octet_length(a.request_body_bytes)) + coalesce(octet_length(a.response_body), 0) as bytes,
  row_number() over (order by a.sent_at, a.id)::integer as number`;

/**
 * A page of a delivery's attempts, oldest first. Parameters: organization, delivery, when its event was received, time
 * and id of the attempt before the page, the most rows.
 */
export const attemptsQuery = `
  select * from (
    select page.*, count(*) over ()::integer as found, sum(bytes) over (order by number) - bytes as "bytesBefore"
    from (
      select * from (
        select a.sent_at, ${columns} from delivery_log.attempt a
        where a.organization_id = $1 and a.delivery_id = $2 and a.sent_at >= $3::timestamptz - ${CLOCK_SKEW}
      ) numbered
      where (sent_at, id) > ($4::timestamptz, $5) order by number limit $6
    ) page
  ) sized
  where "bytesBefore" < ${MAX_PAGE_BYTES} order by number`;
