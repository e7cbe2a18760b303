import type { Artifact, Event, RenderingOptions } from '@buildwire/contracts';

/** The bytes to send, as text, with the headers that belong to them; or why a format has no way to say this event. A skipped event is no error. */
export type Rendering =
  | { kind: 'rendered'; contentType: string; headers: [name: string, value: string][]; body: string }
  | { kind: 'skipped'; reason: string };

/** What a renderer may ask besides the event. Pure as well: equal questions have equal answers. */
export interface RenderingContext {
  options: RenderingOptions;
  /** Where a receiver may download an artifact for a day: a signed address of ours. */
  downloadUrl(artifact: Artifact): string;
}

/** A pure function: no clock, no I/O, no memory. Equal events give equal bytes. */
export type Renderer = (event: Event, context: RenderingContext) => Rendering;

/** The event has no words in this dialect. */
export function skipped(reason: string): Rendering {
  return { kind: 'skipped', reason };
}
