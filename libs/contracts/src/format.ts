import { z } from 'zod';

/** How a body looks: our or another product's JSON, or a chat message. */
export const formats = ['raw'] as const;
/** The vocabulary of a raw body. */
export const dialects = ['buildwire'] as const;

export const format = z.enum(formats).meta({ id: 'Format' });
export const dialect = z.enum(dialects).meta({ id: 'Dialect' });

export type Format = z.output<typeof format>;
export type Dialect = z.output<typeof dialect>;

/** What decides the bytes of a body: deliveries of one event with equal variants share one rendering. */
export const variant = z.object({ format, dialect });
export type Variant = z.output<typeof variant>;
