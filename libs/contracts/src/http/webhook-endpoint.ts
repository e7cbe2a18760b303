import { z } from 'zod';
import { MAX_AGE_SECONDS } from '../rules.js';

/* Where a webhook's deliveries go, and how they are sent there. */

/** Headers that Buildwire or HTTP itself sets. */
const RESERVED_HEADER = /^(host|content-length|content-type|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|accept-encoding|user-agent|proxy-.*|webhook-.*|ce-.*|expo-signature|x-signature|x-buildpixel-signature)$/i;
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;
const HEADER_VALUE = /^[\x20-\x7e]{0,1000}$/;

export const webhookUrl = z
  .string()
  .max(2_048)
  .superRefine((text, context) => {
    const fault = urlFault(text);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  })
  .transform((text) => (urlFault(text) === undefined ? new URL(text).href : text));

export const headers = z
  .record(
    z
      .string()
      .regex(HEADER_NAME, 'is not a header name')
      .refine((name) => !RESERVED_HEADER.test(name), 'is set by Buildwire itself'),
    z.string().regex(HEADER_VALUE, 'must be printable ASCII'),
  )
  .refine((all) => Object.keys(all).length <= 20, 'at most 20 headers');

/** Delays between attempts. The first attempt is made at once and is not listed; an empty list means a single attempt. */
export const retry = z
  .strictObject({
    schedule: z.array(z.number().min(0.1).max(604_800)).max(30).optional().meta({ description: 'Seconds to wait before each retry, ±20 %.' }),
    maxAgeSeconds: z
      .number()
      .int()
      .min(60)
      .max(MAX_AGE_SECONDS)
      .optional()
      .meta({ description: 'No retry is made later than this after the event was accepted; 30 days by default.' }),
    permanent: z
      .array(z.number().int().min(300).max(599))
      .max(20)
      .optional()
      .meta({ description: 'Statuses after which there is no retry, instead of 410 and 413; 410 among them disables the webhook.' }),
  })
  .meta({ id: 'Retry' });

export const limits = z
  .strictObject({
    timeoutMs: z.number().int().min(100).max(30_000).optional().meta({ description: 'For one whole attempt; 15,000 by default.' }),
    perSecond: z.number().int().min(1).max(1_000).optional().meta({ description: 'Requests that may start in a second.' }),
    concurrency: z.number().int().min(1).max(100).optional().meta({ description: 'Requests that may be under way at a time; 10 by default. Fewer are, while the endpoint is slow.' }),
  })
  .meta({ id: 'Limits' });

const PEM_CERTIFICATE = /^(-----BEGIN CERTIFICATE-----[\sA-Za-z0-9+/=]+-----END CERTIFICATE-----\s*)+$/;

/** An endpoint's own certificate authority, for this webhook only. */
export const ca = z.string().max(32_768).regex(PEM_CERTIFICATE, 'must be PEM certificates');

function urlFault(text: string): string | undefined {
  if (!URL.canParse(text)) return 'must be an absolute http or https URL';
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return `must be http or https, not ${url.protocol.slice(0, -1)}`;
  if (url.username !== '' || url.password !== '') return 'must hold no user name or password; use a header';
  if (url.href.includes('#')) return 'must hold no fragment';
  return undefined;
}
