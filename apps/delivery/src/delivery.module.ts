import { standardHealthRule } from '@buildwire/contracts';
import type { HealthRule } from '@buildwire/contracts';
import { ApiKeys } from '@buildwire/database';
import { CoreNats, Publisher } from '@buildwire/messaging';
import { WebhookClient, parseAllowList } from '@buildwire/outbound-http';
import { ApiKeyLookup } from '@buildwire/service-runtime';
import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { AttemptSender } from './attempt-sender.js';
import { BuildTurns } from './build-turns.js';
import { DueClaims } from './due-claims.repository.js';
import { DueStore } from './due-store.repository.js';
import { EndpointCircuits } from './endpoint-circuits.js';
import { EndpointGates } from './endpoint-gates.js';
import { EndpointHealth } from './endpoint-health.js';
import { EndpointHealthRule, HEALTH_RULE } from './endpoint-health-rule.js';
import { EndpointHealthStore } from './endpoint-health.repository.js';
import { FollowWebhookHandler } from './follow-webhook.handler.js';
import { Latecomers } from './latecomers.js';
import { OutboundClient } from './outbound-client.js';
import { PreviewReader } from './preview-reader.js';
import { PreviewController } from './preview.controller.js';
import { Previews } from './previews.js';
import { ReleaseDue } from './release-due.js';
import { ReleaseRate } from './release-rate.js';
import { Repeats } from './repeats.js';
import { ReplicaCount } from './replica-count.js';
import { ScheduleRetriesHandler } from './schedule-retries.handler.js';
import { SendDeliveryHandler } from './send-delivery.handler.js';
import { SharedCircuits } from './shared-circuits.js';
import { TendDueStore } from './tend-due-store.js';
import { WebhookBacklog } from './webhook-backlog.repository.js';
import { WebhookDirectory } from './webhook-directory.js';
import { WebhookEffects } from './webhook-effects.js';
import { WebhookReader } from './webhook-reader.js';
import { WebhookWatch } from './webhook-watch.js';

/** Signs and sends deliveries, and keeps those that wait. */
@Module({})
export class DeliveryModule {
  static register(options: { outboundAllow: string; slots: number; retriesPerSecond: number; healthRule?: HealthRule; circuitResetMs?: number }): DynamicModule {
    return {
      module: DeliveryModule,
      controllers: [SendDeliveryHandler, ScheduleRetriesHandler, FollowWebhookHandler, PreviewController],
      providers: [
        { provide: WebhookClient, useFactory: () => new WebhookClient({ allow: parseAllowList(options.outboundAllow) }) },
        { provide: ApiKeyLookup, useExisting: ApiKeys },
        Latecomers,
        OutboundClient,
        AttemptSender,
        BuildTurns,
        DueClaims,
        DueStore,
        { provide: EndpointCircuits, useFactory: (replicas: ReplicaCount) => new EndpointCircuits({ resetMs: options.circuitResetMs, replicas }), inject: [ReplicaCount] },
        { provide: EndpointGates, useFactory: (circuits: EndpointCircuits, replicas: ReplicaCount) => new EndpointGates(circuits, replicas, options.slots), inject: [EndpointCircuits, ReplicaCount] },
        EndpointHealth,
        EndpointHealthRule,
        EndpointHealthStore,
        { provide: HEALTH_RULE, useValue: options.healthRule ?? standardHealthRule },
        { provide: SharedCircuits, useFactory: SharedCircuits.started, inject: [EndpointCircuits, EndpointHealthStore, CoreNats, Publisher] },
        PreviewReader,
        Previews,
        ReleaseDue,
        { provide: ReleaseRate, useFactory: (gates: EndpointGates) => new ReleaseRate(options.retriesPerSecond, gates), inject: [EndpointGates] },
        Repeats,
        ReplicaCount,
        TendDueStore,
        WebhookBacklog,
        WebhookDirectory,
        WebhookEffects,
        WebhookReader,
        WebhookWatch,
      ],
    };
  }
}
