import { z } from 'zod';

/** How a body looks: our or another product's JSON, or a chat message. */
export const formats = ['raw', 'slack', 'discord', 'teams'] as const;
/** The vocabulary of a raw body. */
export const dialects = ['buildwire', 'expo', 'eas', 'capawesome', 'buildpixel', 'appflow', 'cloudevents', 'cdevents'] as const;

export const format = z.enum(formats).meta({ id: 'Format' });
export const dialect = z.enum(dialects).meta({ id: 'Dialect' });

export type Format = z.output<typeof format>;
export type Dialect = z.output<typeof dialect>;

/** What a webhook's owner decides about its bodies. Nothing here is needed. */
export const renderingOptions = z
  .strictObject({
    cloudEventsMode: z.enum(['structured', 'binary']).optional().meta({ description: 'Dialect cloudevents only; structured by default.' }),
    mentions: z
      .array(z.string().regex(/^[A-Za-z0-9:@._-]{1,200}$/))
      .max(10)
      .optional()
      .meta({ description: 'Who is pinged when something failed: Slack `U…` or `S…` ids, Discord `user:…` or `role:…`, Teams user principal names.' }),
    showSuperseded: z.boolean().optional().meta({ description: 'Chat formats only; false by default.' }),
    showCanceled: z.boolean().optional().meta({ description: 'Chat formats only; false by default.' }),
    threadName: z.string().trim().min(1).max(100).optional().meta({ description: 'Discord forum channels: each message opens a thread of this name.' }),
  })
  .meta({ id: 'RenderingOptions' });
export type RenderingOptions = z.output<typeof renderingOptions>;

/** What decides the bytes of a body: deliveries of one event with equal variants share one rendering. Only `raw` has a dialect. */
export const variant = z.object({ format, dialect: dialect.nullable(), options: renderingOptions });
export type Variant = z.output<typeof variant>;
