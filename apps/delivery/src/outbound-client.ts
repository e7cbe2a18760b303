import { WebhookClient } from '@buildwire/outbound-http';
import { Injectable } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';

/** Closes the client's connections once the handlers have finished. */
@Injectable()
export class OutboundClient implements OnApplicationShutdown {
  constructor(private readonly client: WebhookClient) {}

  async onApplicationShutdown(): Promise<void> {
    await this.client.close();
  }
}
