import { ArtifactLinks, deliveryClosed, deliveryMatched, deliveryRendered } from '@buildwire/contracts';
import type { DeliveryMatched } from '@buildwire/contracts';
import { OnMessages, Publisher } from '@buildwire/messaging';
import type { Origin } from '@buildwire/messaging';
import { Controller } from '@nestjs/common';
import { deliveriesOfMatch } from './deliveries-of-match.js';

@Controller()
export class RenderDeliveryHandler {
  constructor(
    private readonly publisher: Publisher,
    private readonly links: ArtifactLinks,
  ) {}

  /** A renderer that throws is a bug: the record becomes a dead letter, and the others go on. */
  @OnMessages('rendering', deliveryMatched)
  async handle(matches: DeliveryMatched[], origins: Origin[]): Promise<void> {
    matches.forEach((match, index) => (match.again ??= origins[index]?.redelivered === true ? true : undefined));
    const fates = matches.map((match) => deliveriesOfMatch(match, { downloadUrl: (artifact) => this.links.urlOf(match.event, artifact) }));
    await this.publisher.publishAll(deliveryClosed, fates.flatMap(({ closed }) => closed));
    await this.publisher.publishAll(deliveryRendered, fates.flatMap(({ rendered }) => rendered));
  }
}
