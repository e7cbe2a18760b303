import type { MessageContract } from './message-contract.js';
import { deliveryAttempted } from './messages/delivery-attempted.js';
import { deliveryClosed } from './messages/delivery-closed.js';
import { deliveryMatched } from './messages/delivery-matched.js';
import { deliveryPostponed } from './messages/delivery-postponed.js';
import { deliveryRendered } from './messages/delivery-rendered.js';
import { eventAccepted } from './messages/event-accepted.js';
import { messageDeadLettered } from './messages/message-dead-lettered.js';
import { webhookRefused } from './messages/webhook-refused.js';
import { webhookResumed } from './messages/webhook-resumed.js';
import { webhookStopped } from './messages/webhook-stopped.js';
import type { StreamName } from './streams.js';

export type ServiceName = 'ingestion' | 'matching' | 'rendering' | 'delivery' | 'delivery-log';

/** A durable consumer of one service. Records of its contracts arrive in the stream's order. */
export interface ConsumerDefinition {
  /** The durable's name: the service's, and the lane's if it has several on one stream. */
  durable: string;
  stream: StreamName;
  filters: readonly string[];
  contracts: readonly AnyContract[];
  /** How long records wait for others after a rest, in milliseconds, where nobody waits for them; absent for not at all. */
  gatherMs?: number;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a list of contracts with different records; `key` and `subject` are contravariant in it
export type AnyContract = MessageContract<string, any, any>;

/** What one service takes from NATS, and what it gives. */
export interface Stage {
  service: ServiceName;
  consumes: readonly ConsumerDefinition[];
  publishes: readonly AnyContract[];
}

/** A statement to Postgres for each report would be a third of what an event costs at a low rate. */
const GATHER_REPORTS_MS = 25;

const outcomes = [deliveryAttempted, deliveryPostponed, deliveryClosed];

/** The map of the system. The transport is configured from it, so it cannot lie. */
export const pipeline = {
  ingestion: { service: 'ingestion', consumes: [], publishes: [eventAccepted, messageDeadLettered] },
  matching: {
    service: 'matching',
    consumes: [consumer('matching', 'buildwire.event.accepted.*', eventAccepted), consumer('matching', 'buildwire.webhook.refused.*', webhookRefused)],
    // An event of its own is a test of a webhook, or tells that one was disabled.
    publishes: [eventAccepted, deliveryMatched, webhookStopped, webhookResumed, messageDeadLettered],
  },
  rendering: {
    service: 'rendering',
    consumes: [consumer('rendering', 'buildwire.delivery.matched.*', deliveryMatched)],
    publishes: [deliveryRendered, deliveryClosed, messageDeadLettered],
  },
  delivery: {
    service: 'delivery',
    consumes: [
      consumer('delivery-new', 'buildwire.delivery.rendered.new.*', deliveryRendered),
      consumer('delivery-retry', 'buildwire.delivery.rendered.retry.*', deliveryRendered),
      consumer('delivery-bulk', 'buildwire.delivery.rendered.bulk.*', deliveryRendered),
      attemptsConsumer('delivery', 'notable'),
      webhooksConsumer('delivery-webhooks'),
    ],
    publishes: [...outcomes, deliveryRendered, webhookRefused, eventAccepted, messageDeadLettered],
  },
  'delivery-log': {
    service: 'delivery-log',
    consumes: [attemptsConsumer('delivery-log', '*'), consumer('delivery-log', 'buildwire.message.dead-lettered.*', messageDeadLettered)],
    publishes: [deliveryRendered],
  },
} as const satisfies Record<ServiceName, Stage>;

/** Every consumer there is. The streams with interest retention need all of them before the first message. */
export const allConsumers: readonly ConsumerDefinition[] = Object.values(pipeline).flatMap((stage): readonly ConsumerDefinition[] => stage.consumes);

function consumer(durable: string, filter: string, contract: AnyContract): ConsumerDefinition {
  return { durable, stream: contract.stream, filters: [filter], contracts: [contract] };
}

/** One consumer for all outcomes keeps those of one delivery in order. */
function attemptsConsumer(durable: ServiceName, attempts: 'notable' | '*'): ConsumerDefinition {
  const filters = [`buildwire.delivery.attempted.${attempts}.*`, 'buildwire.delivery.postponed.*', 'buildwire.delivery.closed.*'];
  return { durable, stream: 'BUILDWIRE_ATTEMPTS', filters, contracts: outcomes, gatherMs: GATHER_REPORTS_MS };
}

/** Who works on them asks what the webhook is now, so their order does not matter. */
function webhooksConsumer(durable: string): ConsumerDefinition {
  const contracts = [webhookStopped, webhookResumed];
  return { durable, stream: 'BUILDWIRE_WEBHOOKS', filters: contracts.map((contract) => `buildwire.${contract.name}.*`), contracts };
}
