import type { Dialect, Event, Format, Variant } from '@buildwire/contracts';
import { buildwire } from './dialects/buildwire.js';
import type { Renderer, Rendering } from './rendering.js';

/** Every dialect of a raw body. One that is missing does not compile. */
const dialects: Record<Dialect, Renderer> = {
  buildwire,
};

/** Every format. Only `raw` has dialects; a chat format is a plain {@link Renderer}. */
const formats: Record<Format, (event: Event, dialect: Dialect) => Rendering> = {
  raw: (event, dialect) => dialects[dialect](event),
};

/** The body of an event for every webhook of one variant. */
export function render(event: Event, { format, dialect }: Variant): Rendering {
  return formats[format](event, dialect);
}
