import type { OperationalEvent, WebhookSubject } from '@buildwire/contracts';
import type { Card } from './card.js';
import { epochSeconds, utcOf } from './clock-time.js';
import { code, ours, text } from './facts.js';
import type { Fact } from './facts.js';
import { eventIdOf } from './names.js';
import { operationalOutcomes } from './outcome.js';
import { oneLine } from './text.js';

const MAX_NAME = 80;

/** What a channel is told about a webhook or one of its deliveries. */
export function operationalCard(event: OperationalEvent): Card {
  const { type, webhook, occurredAt } = event;
  const facts = [code('Endpoint', webhook.host), ...(type === 'delivery.exhausted' ? deliveryFacts(event) : webhookFacts(webhook))];
  return {
    outcome: operationalOutcomes[type],
    app: oneLine(webhook.name, MAX_NAME) ?? oneLine(webhook.host, MAX_NAME) ?? webhook.id,
    variantFirst: false,
    quiet: false,
    facts: facts.filter((fact) => fact !== undefined),
    links: [],
    eventId: eventIdOf(event),
    occurredAt,
  };
}

function webhookFacts({ reason, consecutiveFailures, firstFailureAt, openUntil, disablesAt }: WebhookSubject): (Fact | undefined)[] {
  return [
    text('Reason', reason),
    text('Failing since', utc(firstFailureAt)),
    ours('Failures in a row', consecutiveFailures?.toString()),
    text('Next try', utc(openUntil)),
    text('Will be disabled', utc(disablesAt)),
  ];
}

function deliveryFacts({ delivery }: OperationalEvent): (Fact | undefined)[] {
  return [
    text('Reason', delivery?.reason),
    code('Event', delivery?.eventType),
    code('Delivery', delivery?.id),
    ours('Attempts', delivery?.attemptCount?.toString()),
    ours('Last status', delivery?.lastStatusCode?.toString()),
  ];
}

function utc(instant: string | undefined): string | undefined {
  return instant === undefined ? undefined : utcOf(epochSeconds(instant));
}
