import { ArtifactLinks } from '@buildwire/contracts';
import { ApiKeys, SecretBox } from '@buildwire/database';
import { ApiKeyLookup } from '@buildwire/service-runtime';
import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { ArtifactsController } from './artifacts.controller.js';
import { BOOTSTRAP_OPTIONS, Bootstrap } from './bootstrap.js';
import type { BootstrapOptions } from './bootstrap.js';
import { DryRunController } from './dry-run.controller.js';
import { DryRuns } from './dry-run.query.js';
import { DisableWebhookHandler } from './disable-webhook.handler.js';
import { EventIndex } from './event-index.repository.js';
import { EventTypesController } from './event-types.controller.js';
import { EventsController } from './events.controller.js';
import { Events } from './events.query.js';
import { MatchEventHandler } from './match-event.handler.js';
import { OrganizationsRepository } from './organizations.repository.js';
import { WebhookChanges } from './webhook-changes.js';
import { WebhookIndex } from './webhook-index.js';
import { WebhookList } from './webhook-list.query.js';
import { WebhooksController } from './webhooks.controller.js';
import { WebhooksRepository } from './webhooks.repository.js';

export interface MatchingOptions extends BootstrapOptions {
  secretsKey: string;
}

/** Finds who wants an event; owns organizations, API keys, webhooks and the event index. */
@Module({})
export class MatchingModule {
  static register({ secretsKey, bootstrapApiKey }: MatchingOptions): DynamicModule {
    return {
      module: MatchingModule,
      controllers: [ArtifactsController, DisableWebhookHandler, MatchEventHandler, DryRunController, WebhooksController, EventsController, EventTypesController],
      providers: [
        { provide: SecretBox, useFactory: () => new SecretBox(secretsKey) },
        { provide: ApiKeyLookup, useExisting: ApiKeys },
        // Links are made by rendering; here they are only read.
        { provide: ArtifactLinks, useFactory: () => new ArtifactLinks('', secretsKey) },
        { provide: BOOTSTRAP_OPTIONS, useValue: { bootstrapApiKey } },
        Bootstrap,
        DryRuns,
        EventIndex,
        Events,
        OrganizationsRepository,
        WebhookChanges,
        WebhookIndex,
        WebhookList,
        WebhooksRepository,
      ],
      exports: [Bootstrap],
    };
  }
}
