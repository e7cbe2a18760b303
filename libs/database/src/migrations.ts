import { CreateMatching1795240800000 } from './migrations/202611210600-create-matching.js';
import { CreateDelivery1795241100000 } from './migrations/202611210605-create-delivery.js';
import { CreateDeliveryLog1795241400000 } from './migrations/202611210610-create-delivery-log.js';
import { CreateBuildOutcome1795244400000 } from './migrations/202611210700-create-build-outcome.js';
import { AddWebhookBehaviour1795266000000 } from './migrations/202611211300-add-webhook-behaviour.js';
import { AddTestEvents1795266300000 } from './migrations/202611211305-add-test-events.js';
import { CreateEndpointHealth1795266600000 } from './migrations/202611211310-create-endpoint-health.js';
import { AddDueHeads1795266900000 } from './migrations/202611211315-add-due-heads.js';
import { MergeLogIndexes1795269600000 } from './migrations/202611211400-merge-log-indexes.js';
import { NarrowLogIndexes1795836000000 } from './migrations/202611280320-narrow-log-indexes.js';
import { NoteWebhookChanges1795850400000 } from './migrations/202611280720-note-webhook-changes.js';

/** Append-only: what has been released is never changed. TypeORM wants the time in a class's name too, in milliseconds. */
export const migrations = [CreateMatching1795240800000, CreateDelivery1795241100000, CreateDeliveryLog1795241400000, CreateBuildOutcome1795244400000, AddWebhookBehaviour1795266000000, AddTestEvents1795266300000, CreateEndpointHealth1795266600000, AddDueHeads1795266900000, MergeLogIndexes1795269600000, NarrowLogIndexes1795836000000, NoteWebhookChanges1795850400000];

export const latestMigration: string = migrations.at(-1)?.name ?? '';
