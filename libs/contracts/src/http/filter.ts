import { z } from 'zod';

/** Two ways a line of builds changes: it fails after it passed, or passes after it failed. */
export const statusChanges = ['failed', 'fixed'] as const;
export const statusChange = z.enum(statusChanges).meta({ id: 'StatusChange' });
export type StatusChange = z.output<typeof statusChange>;

export const MAX_EXPRESSION_LENGTH = 2_000;

const listOfAny = <Item extends z.ZodType>(item: Item) => z.array(item).min(1).max(50);
const name = z.string().min(1).max(200);
const glob = z
  .string()
  .max(200)
  .regex(/^!?[^!]/u, 'must be a branch, or a pattern of branches; ! may stand before it')
  .meta({ examples: ['main', 'release/*', 'feature/**', '!wip/**'] });

/**
 * What an event must be besides of a type and an app that the webhook names. Every condition that is given must hold; a list
 * holds if one of its items does. What an event does not say fits no item.
 */
export const filter = z
  .strictObject({
    automationIds: listOfAny(name).optional().meta({ description: 'The automation that caused it.' }),
    platforms: listOfAny(name).optional().meta({ description: 'The platform of the build or deployment, such as `ios`.' }),
    branches: listOfAny(glob).optional().meta({
      description: '`*` stands for anything within a part, `**` across parts, `?` for one character. After `!`: not these, whatever else fits.',
    }),
    buildTypes: listOfAny(name).optional().meta({ description: 'The type of the build, such as `release`.' }),
    expression: z.string().max(MAX_EXPRESSION_LENGTH).regex(/\S/, 'is empty').optional().meta({
      description:
        'In CEL, over `event`: true lets the event through. A field that the event does not have, and any other error, does not; `has(event.build.type)` asks. Numbers of the event are of type double.',
      examples: ['event.build.number > 100.0 && event.build.source.message.contains("[notify]")'],
    }),
    statusChanged: listOfAny(statusChange).optional().meta({
      description: 'Only builds that failed after the one before passed, or passed after it failed; before means the same app, branch, platform and build type.',
    }),
  })
  .meta({ id: 'Filter' });
export type Filter = z.output<typeof filter>;
