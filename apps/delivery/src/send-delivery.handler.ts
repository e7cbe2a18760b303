import { deliveryAttempted, deliveryClosed, deliveryPostponed, deliveryRendered, webhookRefused } from '@buildwire/contracts';
import type { DeliveryRendered } from '@buildwire/contracts';
import { OnMessage, Publisher, discard } from '@buildwire/messaging';
import type { Outcome } from '@buildwire/messaging';
import { jittered } from '@buildwire/resilience';
import { Controller } from '@nestjs/common';
import { reportOf } from './attempt-report.js';
import { AttemptSender } from './attempt-sender.js';
import type { SentAttempt } from './attempt-sender.js';
import { countsOf, judge } from './attempt-verdict.js';
import { EndpointCircuits } from './endpoint-circuits.js';
import { attempts } from './metrics.js';
import { WebhookDirectory } from './webhook-directory.js';
import type { WebhookSettings } from './webhook-settings.js';

/** How long a delivery waits for somebody to mend the configuration. */
const MISCONFIGURED_MS = 60_000;
/** How much later than the circuit's next probe the deliveries behind it come, so that they find it closed. */
const AFTER_PROBE_MS = 1_000;

/** deliveryRendered → webhook? → circuit? → one attempt → deliveryAttempted, or deliveryPostponed, or deliveryClosed. */
@Controller()
export class SendDeliveryHandler {
  constructor(
    private readonly webhooks: WebhookDirectory,
    private readonly circuits: EndpointCircuits,
    private readonly sender: AttemptSender,
    private readonly publisher: Publisher,
  ) {}

  @OnMessage('delivery', deliveryRendered)
  async send(delivery: DeliveryRendered): Promise<Outcome | void> {
    const found = await this.webhooks.find(delivery.organizationId, delivery.webhookId);
    if (found.kind === 'deleted') return this.cancel(delivery, 'the webhook was deleted');
    // A resend has no place in the due store: that belongs to the automatic attempts.
    if (found.kind === 'unreadable' && delivery.trigger === 'resend') return discard(found.reason);
    if (found.kind === 'unreadable') return this.postpone(delivery, found.reason, Date.now() + MISCONFIGURED_MS);
    if (!found.webhook.active) return this.cancel(delivery, 'the webhook is not active');

    const run = await this.attempt(delivery, found.webhook);
    if (run.kind === 'open') return this.postpone(delivery, 'the circuit is open', run.untilMs + jittered(AFTER_PROBE_MS, Math.random));
    await this.report(delivery, found.webhook, run.value);
  }

  /** Whoever resends wants to see what happens now, so a resend does not ask the circuit. */
  private async attempt(delivery: DeliveryRendered, webhook: WebhookSettings) {
    const attempt = () => this.sender.send(delivery, webhook);
    if (delivery.trigger === 'resend') return { kind: 'ran' as const, value: await attempt() };
    return this.circuits.run(webhook.id, async () => {
      const value = await attempt();
      return { counts: countsOf(value.result, webhook), value };
    });
  }

  /** The call was made, so its record must be stored however long that takes: repeating the handler would repeat the call. */
  private async report(delivery: DeliveryRendered, webhook: WebhookSettings, sent: SentAttempt): Promise<void> {
    const judgement = judge(delivery, sent.result, webhook, { timeMs: Date.now(), random: Math.random });
    attempts.inc({ outcome: judgement.outcome, trigger: delivery.trigger });
    await this.publisher.insist(deliveryAttempted, reportOf(delivery, sent, judgement));
    if (judgement.disablesWebhook !== true) return;
    const { organizationId, webhookId } = delivery;
    await this.publisher.insist(webhookRefused, { organizationId, webhookId, reason: judgement.reason ?? '', sentAtMs: sent.sentAtMs });
  }

  private async postpone(delivery: DeliveryRendered, reason: string, untilMs: number): Promise<void> {
    await this.publisher.publish(deliveryPostponed, { ...delivery, reason, postponedAtMs: Date.now(), untilMs });
  }

  private async cancel(delivery: DeliveryRendered, reason: string): Promise<void> {
    const { deliveryId, organizationId, eventId, eventType, appId, webhookId, format, dialect } = delivery;
    const head = { deliveryId, organizationId, eventId, eventType, appId, webhookId, format, dialect };
    await this.publisher.publish(deliveryClosed, { ...head, status: 'canceled', reason, closedAtMs: Date.now() });
  }
}
