import type { Dialect, Event, Format, Variant } from '@buildwire/contracts';
import { appflow } from './dialects/appflow.js';
import { buildpixel } from './dialects/buildpixel.js';
import { buildwire } from './dialects/buildwire.js';
import { capawesome } from './dialects/capawesome.js';
import { cdevents } from './dialects/cdevents.js';
import { cloudevents } from './dialects/cloudevents.js';
import { eas } from './dialects/eas.js';
import { expo } from './dialects/expo.js';
import { discord } from './chat/discord.js';
import { slack } from './chat/slack.js';
import { teams } from './chat/teams.js';
import type { Renderer, Rendering, RenderingContext } from './rendering.js';

/** Every dialect of a raw body. One that is missing does not compile. */
const dialects: Record<Dialect, Renderer> = { buildwire, expo, eas, capawesome, buildpixel, appflow, cloudevents, cdevents };

/** Every chat format. */
const chats: Record<Exclude<Format, 'raw'>, Renderer> = { slack, discord, teams };

/** The body of an event for every webhook of one variant. */
export function render(event: Event, { format, dialect, options }: Variant, context: Pick<RenderingContext, 'downloadUrl'>): Rendering {
  const renderer = format === 'raw' ? dialects[dialect ?? 'buildwire'] : chats[format];
  return renderer(event, { options, ...context });
}
