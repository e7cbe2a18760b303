import type { Event } from '@buildwire/contracts';

/** The bytes to send, as text, or why a format has no way to say this event. A skipped event is no error. */
export type Rendering = { kind: 'rendered'; contentType: string; body: string } | { kind: 'skipped'; reason: string };

/** A pure function: no clock, no I/O, no memory. Equal events give equal bytes. */
export type Renderer = (event: Event) => Rendering;
