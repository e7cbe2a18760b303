import { CreateMatching1795240800000 } from './migrations/202611210600-create-matching.js';
import { CreateDelivery1795241100000 } from './migrations/202611210605-create-delivery.js';
import { CreateDeliveryLog1795241400000 } from './migrations/202611210610-create-delivery-log.js';
import { CreateBuildOutcome1795244400000 } from './migrations/202611210700-create-build-outcome.js';
import { AddWebhookBehaviour1795266000000 } from './migrations/202611211300-add-webhook-behaviour.js';

/** Append-only: what has been released is never changed. TypeORM wants the time in a class's name too, in milliseconds. */
export const migrations = [CreateMatching1795240800000, CreateDelivery1795241100000, CreateDeliveryLog1795241400000, CreateBuildOutcome1795244400000, AddWebhookBehaviour1795266000000];

export const latestMigration: string = migrations.at(-1)?.name ?? '';
