import { deliveryAttempted, deliveryClosed, deliveryPostponed, deliveryRendered, laneOf, renderedAlone, webhookRefused } from '@buildwire/contracts';
import type { DeliveryAttempted, DeliveryPostponed, RenderedDelivery } from '@buildwire/contracts';
import { OnMessage, Publisher, discard } from '@buildwire/messaging';
import type { Outcome, Turn } from '@buildwire/messaging';
import { Controller } from '@nestjs/common';
import { isByHand } from './admission.js';
import type { Entry, Refused } from './admission.js';
import { reportOf } from './attempt-report.js';
import { AttemptSender } from './attempt-sender.js';
import type { SentAttempt } from './attempt-sender.js';
import { settlementOf } from './attempt-settlement.js';
import { countsOf, failureOf, judge } from './attempt-verdict.js';
import { BuildTurns, GATHER_MS, WAITS_FOR_ITS_TURN } from './build-turns.js';
import { cancellationOf } from './delivery-cancellation.js';
import { EndpointCircuits } from './endpoint-circuits.js';
import { EndpointGates } from './endpoint-gates.js';
import { EndpointHealth } from './endpoint-health.js';
import { PAUSED } from './latecomers.js';
import { attempts } from './metrics.js';
import { Repeats } from './repeats.js';
import { WebhookDirectory } from './webhook-directory.js';
import type { WebhookSettings } from './webhook-settings.js';

/** How long a delivery waits for somebody to mend the configuration. */
const MISCONFIGURED_MS = 60_000;
/** What a pause keeps back looks again after this, without jitter to keep its order; whoever resumes brings it forward. */
const PAUSED_MS = 3_600_000;
/** An attempt that takes longer lets another delivery begin; it is the endpoint's time, not ours. */
const ASIDE_AFTER_MS = 1_000;

/** deliveryRendered → webhook? → room? → one attempt → deliveryAttempted, or deliveryPostponed, or deliveryClosed. */
@Controller()
export class SendDeliveryHandler {
  constructor(
    private readonly repeats: Repeats,
    private readonly webhooks: WebhookDirectory,
    private readonly turns: BuildTurns,
    private readonly gates: EndpointGates,
    private readonly circuits: EndpointCircuits,
    private readonly sender: AttemptSender,
    private readonly health: EndpointHealth,
    private readonly publisher: Publisher,
  ) {}

  @OnMessage('delivery', deliveryRendered)
  async send(delivery: RenderedDelivery, turn: Turn): Promise<Outcome | void> {
    if (mayBeOver(delivery, turn) && (await this.repeats.isOver(delivery))) return;
    const found = await this.webhooks.find(delivery.organizationId, delivery.webhookId);
    if (found.kind === 'deleted') return this.cancel(delivery, 'the webhook was deleted');
    if (found.kind === 'unreadable') return this.setAside(delivery, found.reason);
    if (!found.webhook.active && delivery.trigger !== 'test') return this.cancel(delivery, 'the webhook is not active');

    const place = await this.turns.placeOf(delivery, found.webhook);
    if (place.kind === 'over') return;
    if (place.kind === 'joins') return this.postpone(delivery, WAITS_FOR_ITS_TURN, Date.now() + GATHER_MS, place.turn);
    if (found.webhook.paused && !isByHand(delivery)) return this.postpone(delivery, PAUSED, Date.now() + PAUSED_MS);
    await this.sendTo(delivery, found.webhook, turn);
  }

  private async sendTo(delivery: RenderedDelivery, webhook: WebhookSettings, turn: Turn): Promise<void> {
    const entry = await this.gates.enter(delivery, webhook);
    if (entry.kind === 'refused') return this.putOff(delivery, entry);
    const run = await this.attempt(delivery, webhook, entry, turn);
    if (run.kind === 'open') return this.putOff(delivery, this.gates.behindCircuit(delivery, webhook, run));
    await this.report(delivery, webhook, run.value, turn);
  }

  private async attempt(delivery: RenderedDelivery, webhook: WebhookSettings, { leave }: Extract<Entry, { kind: 'admitted' }>, turn: Turn) {
    let sent: SentAttempt | undefined;
    let comeBack: (() => void) | undefined;
    const slow = setTimeout(() => (comeBack = turn.stepAside()), ASIDE_AFTER_MS);
    const attempt = async () => (sent = await this.sender.send(delivery, webhook));
    try {
      if (isByHand(delivery)) return { kind: 'ran' as const, value: await attempt() };
      return await this.circuits.run(delivery, async () => {
        const value = await attempt();
        return { counts: countsOf(value.result, webhook), reason: failureOf(value.result), value };
      });
    } finally {
      clearTimeout(slow);
      // While reports cannot be stored, no more attempts are begun.
      comeBack?.();
      leave(sent === undefined ? undefined : settlementOf(sent.result, webhook, Date.now()));
    }
  }

  /** The call was made, so its record must be stored however long that takes: repeating the handler would repeat the call. */
  private async report(delivery: RenderedDelivery, webhook: WebhookSettings, sent: SentAttempt, turn: Turn): Promise<void> {
    const judgement = judge(delivery, sent.result, webhook, { timeMs: Date.now(), random: Math.random });
    attempts.inc({ outcome: judgement.outcome, trigger: delivery.trigger });
    const report = reportOf(delivery, sent, judgement);
    if (isFirstSuccess(delivery, report, turn) && this.health.isNoted(report)) report.routine = true;
    await this.publisher.insist(deliveryAttempted, report);
    if (judgement.disablesWebhook !== true) return;
    const { organizationId, webhookId, appId } = delivery;
    await this.publisher.insist(webhookRefused, { organizationId, webhookId, appId, reason: judgement.reason ?? '', sentAtMs: sent.sentAtMs });
  }

  /**
   * The due store belongs to the automatic attempts. A resend that has waited in vain goes to the end of its lane, where those of
   * others pass it; a test ends, because somebody looks on.
   */
  private async putOff(delivery: RenderedDelivery, { reason, untilMs }: Refused): Promise<void> {
    switch (delivery.trigger) {
      case 'resend':
        return this.publisher.publish(deliveryRendered, renderedAlone({ ...delivery, postponements: delivery.postponements + 1 }));
      case 'test':
        return this.cancel(delivery, `${reason}; a test does not wait`);
      case 'event':
      case 'retry':
        return this.postpone(delivery, reason, untilMs);
    }
  }

  private async setAside(delivery: RenderedDelivery, reason: string): Promise<Outcome | void> {
    switch (delivery.trigger) {
      case 'resend':
        return discard(reason);
      case 'test':
        return this.cancel(delivery, reason);
      case 'event':
      case 'retry':
        return this.postpone(delivery, reason, Date.now() + MISCONFIGURED_MS);
    }
  }

  private async postpone(delivery: RenderedDelivery, reason: string, untilMs: number, turn?: DeliveryPostponed['turn']): Promise<void> {
    await this.publisher.publish(deliveryPostponed, { reason, postponedAtMs: Date.now(), untilMs, ...(turn === undefined ? {} : { turn }), ...delivery });
  }

  private async cancel(delivery: RenderedDelivery, reason: string): Promise<void> {
    await this.publisher.publish(deliveryClosed, cancellationOf(delivery, reason));
  }
}

/** Its message came again, or a message of the stages before: a first turn may have been made by somebody who died. */
function mayBeOver(delivery: RenderedDelivery, { redelivered }: Turn): boolean {
  return (redelivered || delivery.again === true) && laneOf(delivery) === 'new';
}

/** Nothing can be waiting for such a delivery: it was never put off, and no attempt was made before. */
function isFirstSuccess(delivery: RenderedDelivery, { verdict }: DeliveryAttempted, turn: Turn): boolean {
  return verdict === 'succeeded' && delivery.trigger === 'event' && laneOf(delivery) === 'new' && !mayBeOver(delivery, turn);
}
