import { messageDeadLettered, newId, organizationId, organizationOfSubject, UNKNOWN_ORGANIZATION } from '@buildwire/contracts';
import type { ServiceName } from '@buildwire/contracts';
import { Logger } from '@nestjs/common';
import { Publisher } from './publisher.js';

const MAX_PAYLOAD_BYTES = 256 * 1024;
const MAX_REASON_LENGTH = 2_000;

/** Where what could not be worked on goes, with the reason, so that nothing vanishes and nothing blocks. */
export class DeadLetters {
  private readonly logger = new Logger('DeadLetters');

  constructor(private readonly publisher: Publisher) {}

  /** Throws an `UnavailableError` if it cannot be stored. */
  async add(letter: { service: ServiceName; subject: string; reason: string; payload: Uint8Array }): Promise<void> {
    this.logger.warn(`dead letter from ${letter.subject}: ${letter.reason.slice(0, 200)}`);
    const owner = organizationId.safeParse(organizationOfSubject(letter.subject));
    await this.publisher.publish(messageDeadLettered, {
      id: newId('dlt'),
      organizationId: owner.success ? owner.data : UNKNOWN_ORGANIZATION,
      service: letter.service,
      subject: letter.subject,
      reason: letter.reason.slice(0, MAX_REASON_LENGTH),
      payload: Buffer.from(letter.payload.subarray(0, MAX_PAYLOAD_BYTES)).toString('base64'),
      truncated: letter.payload.length > MAX_PAYLOAD_BYTES,
      occurredAtMs: Date.now(),
    });
  }
}
