import type { Event } from '@buildwire/contracts';

/** What only this product knows of the event, as the producer wrote it. */
export function vendorFields({ ext }: Event, product: 'eas' | 'capawesome' | 'buildpixel'): Record<string, unknown> {
  return ext?.[product] ?? {};
}
