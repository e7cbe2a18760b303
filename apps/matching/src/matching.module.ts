import { ArtifactLinks, standardHealthRule } from '@buildwire/contracts';
import type { HealthRule } from '@buildwire/contracts';
import { ApiKeys, SecretBox } from '@buildwire/database';
import { DownloadClient, parseAllowList } from '@buildwire/outbound-http';
import { ApiKeyLookup } from '@buildwire/service-runtime';
import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { ArtifactDelivery, RedirectedArtifacts } from './artifact-delivery.js';
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
import { MissedEvents } from './missed-events.repository.js';
import { OrganizationsRepository } from './organizations.repository.js';
import { RecoverWebhook } from './recover-webhook.js';
import { RecoveryController } from './recovery.controller.js';
import { StreamedArtifacts } from './streamed-artifacts.js';
import { TestController } from './test.controller.js';
import { TestedWebhooks } from './tested-webhooks.query.js';
import { WebhookActionsController } from './webhook-actions.controller.js';
import { WebhookChanges } from './webhook-changes.js';
import { HEALTH_RULE } from './webhook-health.js';
import { WebhookIndex } from './webhook-index.js';
import { WebhookList } from './webhook-list.query.js';
import { WebhookStates } from './webhook-states.repository.js';
import { WebhooksController } from './webhooks.controller.js';
import { WebhooksRepository } from './webhooks.repository.js';

export interface MatchingOptions extends BootstrapOptions {
  secretsKey: string;
  /** Fetch artifacts instead of leading to them. */
  streaming?: { max: number; outboundAllow: string } | undefined;
  /** The rule that delivery applies. */
  healthRule?: HealthRule;
}

/** Finds who wants an event; owns organizations, API keys, webhooks and the event index. */
@Module({})
export class MatchingModule {
  static register({ secretsKey, bootstrapApiKey, streaming, healthRule = standardHealthRule }: MatchingOptions): DynamicModule {
    return {
      module: MatchingModule,
      controllers: [ArtifactsController, DisableWebhookHandler, MatchEventHandler, DryRunController, TestController, WebhooksController, WebhookActionsController, RecoveryController, EventsController, EventTypesController],
      providers: [
        { provide: SecretBox, useFactory: () => new SecretBox(secretsKey) },
        { provide: ApiKeyLookup, useExisting: ApiKeys },
        // Links are made by rendering; here they are only read.
        { provide: ArtifactLinks, useFactory: () => new ArtifactLinks('', secretsKey) },
        { provide: ArtifactDelivery, useFactory: () => deliveryOf(streaming) },
        { provide: BOOTSTRAP_OPTIONS, useValue: { bootstrapApiKey } },
        { provide: HEALTH_RULE, useValue: healthRule },
        Bootstrap,
        DryRuns,
        EventIndex,
        Events,
        MissedEvents,
        OrganizationsRepository,
        RecoverWebhook,
        TestedWebhooks,
        WebhookChanges,
        WebhookIndex,
        WebhookList,
        WebhookStates,
        WebhooksRepository,
      ],
      exports: [Bootstrap],
    };
  }
}

function deliveryOf(streaming: MatchingOptions['streaming']): ArtifactDelivery {
  if (streaming === undefined) return new RedirectedArtifacts();
  return new StreamedArtifacts(new DownloadClient({ allow: parseAllowList(streaming.outboundAllow) }), { max: streaming.max });
}
