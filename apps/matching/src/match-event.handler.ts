import { deliveryMatched, eventAccepted, isOperationalEvent } from '@buildwire/contracts';
import type { Event, EventAccepted, StatusChange } from '@buildwire/contracts';
import type { MatchedDelivery } from '@buildwire/database';
import { OnMessages, Publisher, discard, done } from '@buildwire/messaging';
import type { Origin, Outcome } from '@buildwire/messaging';
import { Controller } from '@nestjs/common';
import { acceptsEvent } from './accepts-event.js';
import { EventIndex } from './event-index.repository.js';
import type { Candidate } from './event-index.repository.js';
import type { Standing } from './event-standing.js';
import { deliveriesOf, matchedRecords } from './matched-records.js';
import type { WebhookTarget } from './organization-webhooks.js';
import { portions } from './portions.js';
import { TestedWebhooks } from './tested-webhooks.query.js';
import type { TestedWebhook } from './tested-webhooks.query.js';
import { WebhookIndex } from './webhook-index.js';

/** What one statement to Postgres holds at most: it bounds memory when events are large. */
const PORTION_BYTES = 8 * 1024 * 1024;

/** Finds the webhooks that want an event, and notes the event so that its id counts once. */
@Controller()
export class MatchEventHandler {
  constructor(
    private readonly webhooks: WebhookIndex,
    private readonly testedWebhooks: TestedWebhooks,
    private readonly events: EventIndex,
    private readonly publisher: Publisher,
  ) {}

  @OnMessages('matching', eventAccepted)
  async handle(records: EventAccepted[], origins: Origin[]): Promise<Outcome[]> {
    // Key by key, here and below: a spread with more keys takes a hundred times as long.
    const arrived = records.map(({ organizationId, event, eventJson, test }, index) => ({ organizationId, event, test, body: eventJson ?? JSON.stringify(event), origin: originAt(origins, index) }));
    const outcomes: Outcome[] = [];
    for (const portion of portions(arrived, ({ body }) => body.length, PORTION_BYTES)) outcomes.push(...(await this.matchPortion(portion)));
    return outcomes;
  }

  private async matchPortion(arrived: readonly Arrived[]): Promise<Outcome[]> {
    const candidates = await this.match(arrived);
    // Indexed before published: what is published was not said before, and a repeat after a crash is told the same deliveries.
    const standings = await this.events.add(candidates);
    await this.publish(candidates, standings);
    return standings.map((standing, index) => outcomeOf(standing, candidates[index]));
  }

  private async match(arrived: readonly Arrived[]): Promise<Candidate[]> {
    const tested = await this.testedWebhooks.find(arrived.flatMap(({ organizationId, test }) => (test === undefined ? [] : [{ organizationId, id: test.webhookId }])));
    const webhooksOf = await this.webhooks.of(new Set(arrived.map(({ organizationId }) => organizationId)));
    return arrived.map((record) => {
      const { organizationId, event, test } = record;
      if (test !== undefined) return testOf(record, tested.filter((webhook) => webhook.organizationId === organizationId && webhook.id === test.webhookId));
      const targets = othersThanIts(event, webhooksOf.get(organizationId)?.match(event.type, event.app.id) ?? []);
      return candidateOf(record, (change) => deliveriesOf(organizationId, event, acceptedBy(targets, event, change)));
    });
  }

  private async publish(candidates: readonly Candidate[], standings: readonly Standing[]): Promise<void> {
    const matched = candidates.flatMap(({ organizationId, event, body, test, origin }, index) => {
      const standing = standings[index];
      const how = { eventJson: body, trigger: test && ('test' as const), again: origin.redelivered ? (true as const) : undefined };
      return standing?.kind === 'first' ? matchedRecords(organizationId, event, standing.deliveries, how) : [];
    });
    await this.publisher.publishAll(deliveryMatched, matched);
  }
}

type Arrived = Omit<Candidate, 'deliveries' | 'deliveriesOn'>;

function originAt(origins: readonly Origin[], index: number): Origin {
  const origin = origins[index];
  if (origin === undefined) throw new Error('the transport did not say where a record came from');
  return origin;
}

/** A test reaches its webhook, if that still exists, whatever it wants. */
function testOf(record: Arrived, webhooks: readonly TestedWebhook[]): Candidate {
  return candidateOf(record, () => deliveriesOf(record.organizationId, record.event, webhooks));
}

function candidateOf({ organizationId, event, test, body, origin }: Arrived, deliveriesOn: (change: StatusChange | null) => MatchedDelivery[]): Candidate {
  return { organizationId, event, test, body, origin, deliveries: deliveriesOn(null), deliveriesOn };
}

function acceptedBy(targets: readonly WebhookTarget[], event: Event, change: StatusChange | null): WebhookTarget[] {
  const told = { event, change };
  return targets.filter(({ filter }) => acceptsEvent(filter, told));
}

/** A webhook is not told about itself: what tells that an endpoint fails must not go to that endpoint. */
function othersThanIts(event: Event, targets: WebhookTarget[]): WebhookTarget[] {
  return isOperationalEvent(event) ? targets.filter(({ id }) => id !== event.webhook.id) : targets;
}

function outcomeOf(standing: Standing, candidate: Candidate | undefined): Outcome {
  switch (standing.kind) {
    case 'first':
    case 'duplicate':
      return done;
    case 'conflict':
      return discard(`the event id ${candidate?.event.id} was used before with other content`);
  }
}
