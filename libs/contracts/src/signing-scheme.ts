import { z } from 'zod';

/** How a request can be signed. */
export const schemeNames = ['none', 'expo-signature', 'x-signature', 'x-buildpixel-signature', 'standard-webhooks', 'standard-webhooks-ed25519'] as const;

export const schemeName = z.enum(schemeNames).meta({ id: 'SchemeName' });
export type SchemeName = z.output<typeof schemeName>;

/** What a webhook's owner decides about signing; what is absent is as the dialect has it. */
export const signing = z
  .strictObject({
    scheme: schemeName.optional().meta({ description: "Instead of the dialect's own. `standard-webhooks-ed25519` signs with a `whsk_…` secret." }),
    standardWebhooks: z.boolean().optional().meta({ description: 'Whether the `webhook-…` headers are sent beside another scheme; true by default.' }),
  })
  .meta({ id: 'Signing' });
export type Signing = z.output<typeof signing>;

/** The schemes that sign, the dialect's own first; `none` stands alone. The two of Standard Webhooks share their headers, so one excludes the other. */
export function schemesOf(own: SchemeName, { scheme = own, standardWebhooks = true }: Signing): SchemeName[] {
  if (isStandard(scheme) || !standardWebhooks) return [scheme];
  return scheme === 'none' ? ['standard-webhooks'] : [scheme, 'standard-webhooks'];
}

function isStandard(scheme: SchemeName): boolean {
  return scheme === 'standard-webhooks' || scheme === 'standard-webhooks-ed25519';
}
