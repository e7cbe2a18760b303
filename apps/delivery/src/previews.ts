import { ProblemError, RENDER_SUBJECT, acceptedExample, exampleTypeFor, newId, renderReply, shownUrl } from '@buildwire/contracts';
import type { ChosenEvent, CreateWebhook, Event, Preview, RenderReply, RenderRequest } from '@buildwire/contracts';
import { CoreNats } from '@buildwire/messaging';
import { WebhookClient } from '@buildwire/outbound-http';
import { Injectable } from '@nestjs/common';
import { attemptRequest } from './attempt-request.js';
import { PreviewReader } from './preview-reader.js';
import { unsavedWebhook } from './unsaved-webhook.js';
import type { PreviewedWebhook } from './unsaved-webhook.js';
import { WebhookReader } from './webhook-reader.js';

const RENDERING_TIMEOUT_MS = 3_000;

/** Makes requests as attempts do, and shows them instead. Throws an `UnavailableError` while no rendering service answers. */
@Injectable()
export class Previews {
  constructor(
    private readonly webhooks: WebhookReader,
    private readonly reader: PreviewReader,
    private readonly nats: CoreNats,
    private readonly client: WebhookClient,
  ) {}

  /** Throws a {@link ProblemError}: `not_found`, or `invalid_request` if nothing can be signed for the webhook. */
  async ofSaved(organizationId: string, webhookId: string, chosen: ChosenEvent): Promise<Preview> {
    const [subscribed, found] = await Promise.all([this.reader.webhook(organizationId, webhookId), this.webhooks.read(webhookId)]);
    if (subscribed === undefined || found.kind === 'deleted') throw new ProblemError('not_found');
    if (found.kind === 'unreadable') throw new ProblemError('invalid_request', found.reason);
    return this.show(organizationId, { ...subscribed, settings: found.webhook }, chosen);
  }

  /** Throws a {@link ProblemError}: `not_found` for the event, or `invalid_request` for a secret that cannot sign. */
  ofUnsaved(organizationId: string, webhook: CreateWebhook, chosen: ChosenEvent): Promise<Preview> {
    return this.show(organizationId, unsavedWebhook(webhook), chosen);
  }

  private async show(organizationId: string, webhook: PreviewedWebhook, chosen: ChosenEvent): Promise<Preview> {
    const event = await this.eventFor(organizationId, webhook, chosen);
    const shown = { event: { id: event.id, type: event.type } };
    const rendering = await this.render({ event, variant: webhook.variant });
    if (rendering.kind === 'skipped') return { ...shown, kind: 'skipped', reason: rendering.reason };

    const { settings } = webhook;
    const request = attemptRequest({ deliveryId: newId('dlv'), ...rendering }, settings, Date.now());
    const url = shownUrl(settings.format, settings.url);
    return { ...shown, kind: 'request', request: { method: 'POST', url, headers: this.client.headersOf(request), body: request.body.toString('utf8') } };
  }

  private async eventFor(organizationId: string, { events, appId, variant: { dialect } }: PreviewedWebhook, { type, eventId }: ChosenEvent): Promise<Event> {
    if (eventId === undefined) return acceptedExample(type ?? exampleTypeFor(events, dialect), { organizationId, appId, dialect }, Date.now());
    const event = await this.reader.event(organizationId, eventId);
    if (event === undefined) throw new ProblemError('not_found', 'there is no such event, or it has not been matched yet');
    return event;
  }

  private async render(request: RenderRequest): Promise<RenderReply> {
    return renderReply.parse(await this.nats.request(RENDER_SUBJECT, request, { timeoutMs: RENDERING_TIMEOUT_MS }));
  }
}
