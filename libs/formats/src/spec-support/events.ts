import { exampleMessage, isOperational, seedExamples, statesOf, subjectKindOf } from '@buildwire/contracts';
import type { Event, EventInput, OperationalEvent, ProducedEvent, SeedExample } from '@buildwire/contracts';
import type { Renderer, RenderingContext } from '../rendering.js';

const accepted = exampleMessage('event.accepted').event;

/** What renderers get besides the event, when nothing about it matters. */
export const context: RenderingContext = { options: {}, downloadUrl: ({ url }) => `https://download.example/?of=${encodeURIComponent(url)}` };

/** The event as ingestion would accept it, unless it is one of Buildwire's own; its true completion is apps/ingestion/src/complete-event.ts, which no library may import. */
export function completed<Input extends EventInput | OperationalEvent>(input: Input): Input extends OperationalEvent ? OperationalEvent : ProducedEvent;
export function completed(input: EventInput | OperationalEvent): Event {
  if (isOperational(input.type)) return input as OperationalEvent;
  return accept(input as EventInput);
}

function accept(input: EventInput): ProducedEvent {
  const kind = subjectKindOf(input.type);
  const { id, receivedAt, source, organization } = accepted;
  const subject = { kind, id: input[kind]?.id ?? '' };
  const about = { [kind]: { state: statesOf(input.type)[0], ...input[kind] } };
  return { specVersion: '1', occurredAt: receivedAt, source, ...input, ...about, id, receivedAt, subject, organization: { ...input.organization, id: organization.id } } as ProducedEvent;
}

/** The same without the links to its artifacts. */
export function withoutLinks(payload: unknown): unknown {
  return JSON.parse(JSON.stringify(payload), (key, value: unknown) => (key === 'signed' ? undefined : value));
}

/** A product's documented bodies. */
export function seedsOf(product: string): SeedExample[] {
  return seedExamples().filter(({ name }) => name.startsWith(`${product}-`));
}

/** The body as text, or the reason why there is none as an error. */
export function bodyOf(renderer: Renderer, event: Event): string {
  const rendering = renderer(event, context);
  if (rendering.kind === 'skipped') throw new Error(rendering.reason);
  return rendering.body;
}

/** The body parsed; its shape is for the spec to check. */
export function payloadOf(renderer: Renderer, event: Event): Record<string, unknown> {
  return JSON.parse(bodyOf(renderer, event)) as Record<string, unknown>;
}
