import { randomUUID } from 'node:crypto';
import type { RenderedDelivery } from '@buildwire/contracts';
import { Database } from '@buildwire/database';
import type { Query } from '@buildwire/database';
import { Injectable } from '@nestjs/common';
import { fatesOf } from './build-queue.js';
import type { Fate, Queued, Told } from './build-queue.js';
import { BUILDS, DUE_OF_HEADS, HOLD, LOCK_HEADS, PUT_HEADS_BACK, TAKE, TELL, TURNS, WAKE_OVERTAKEN } from './due-claim.sql.js';

/** Rows claimed together; they are ours until the claim lapses. */
export interface Claim {
  token: string;
  deliveries: RenderedDelivery[];
  /** Deliveries that are not to be sent any more. */
  canceled: { delivery: RenderedDelivery; reason: string }[];
}

interface Head {
  organization_id: string;
  webhook_id: string;
}

interface DueRow {
  delivery_id: string;
  order_key: string | null;
  record: RenderedDelivery;
}

interface BuildRow extends Pick<Queued, 'rank' | 'state' | 'ordered' | 'supersedes'> {
  delivery_id: string;
  order_key: string;
  event_type: string;
  is_retry: boolean;
  due_in_ms: number;
  held_for_ms: number | null;
}

type TurnRow = { order_key: string; rank: number; event_type: string };

/** At most so many deliveries of one webhook in a claim. */
const WEBHOOK_SHARE = 20;
const SEND: Fate = { kind: 'send' };

/** What waits in the due store, given out once its time has come. Any number of replicas may ask side by side. */
@Injectable()
export class DueClaims {
  constructor(private readonly database: Database) {}

  /** Takes up to `limit` deliveries that are due: the earliest of each webhook, those webhooks first that have waited longest to be served. */
  claim(limit: number): Promise<Claim> {
    return this.database.transaction(async (query) => {
      const heads = await query<Head>(LOCK_HEADS, [limit]);
      if (heads.length === 0) return { token: '', deliveries: [], canceled: [] };
      const organizationIds = heads.map(({ organization_id: id }) => id);
      const webhookIds = heads.map(({ webhook_id: id }) => id);

      const share = Math.min(WEBHOOK_SHARE, Math.max(1, Math.floor(limit / heads.length)));
      const due = await query<DueRow>(DUE_OF_HEADS, [webhookIds, share]);
      const claim = await take(query, due, await fatesOfDue(query, organizationIds, due));
      await query(PUT_HEADS_BACK, [organizationIds, webhookIds]);
      return claim;
    });
  }

  /** The claimed deliveries are on their way. A row that was scheduled anew meanwhile is left alone. */
  async markSent({ token, deliveries }: Claim): Promise<void> {
    if (deliveries.length === 0) return;
    await this.database.query(
      `UPDATE delivery.due SET state = 'sent', claim_token = NULL, claimed_until = NULL, updated_at = now() WHERE delivery_id = ANY($1) AND claim_token = $2`,
      [deliveries.map(({ deliveryId }) => deliveryId), token],
    );
  }
}

async function take(query: Query, due: readonly DueRow[], fates: ReadonlyMap<string, Fate>): Promise<Claim> {
  const claim: Claim = { token: randomUUID(), deliveries: [], canceled: [] };
  const held: { delivery_id: string; for_ms: number; anew: boolean }[] = [];
  for (const { delivery_id, record } of due) {
    const fate = fates.get(delivery_id) ?? SEND;
    if (fate.kind === 'send') claim.deliveries.push(record);
    if (fate.kind === 'cancel') claim.canceled.push({ delivery: record, reason: fate.reason });
    if (fate.kind === 'hold') held.push({ delivery_id, for_ms: fate.forMs, anew: fate.anew });
  }
  const sent = claim.deliveries.map(({ deliveryId }) => deliveryId);
  await query(TAKE, [[...sent, ...claim.canceled.map(({ delivery }) => delivery.deliveryId)], claim.token]);
  if (held.length > 0) await query(HOLD, [JSON.stringify(held)]);
  if (fates.size === 0) return claim;

  await query(TELL, [sent]);
  await query(WAKE_OVERTAKEN, [due.map(({ order_key }) => order_key).filter((key) => key !== null)]);
  return claim;
}

/** The fates of those that belong to the queue of a build. */
async function fatesOfDue(query: Query, organizationIds: readonly string[], due: readonly DueRow[]): Promise<Map<string, Fate>> {
  const keys = [...new Set(due.map(({ order_key }) => order_key).filter((key) => key !== null))];
  if (keys.length === 0) return new Map();
  const isDue = new Set(due.map(({ delivery_id }) => delivery_id));
  const rows = await query<BuildRow>(BUILDS, [keys]);
  const turns = new Map((await query<TurnRow>(TURNS, [organizationIds, keys])).map((turn) => [turn.order_key, turn]));
  const queueOf = (key: string) => rows.filter(({ order_key }) => order_key === key).map((row) => queuedOf(row, isDue));
  return new Map(keys.flatMap((key) => [...fatesOf(queueOf(key), toldOf(turns.get(key)))]));
}

function toldOf(turn: TurnRow | undefined): Told | undefined {
  return turn === undefined ? undefined : { rank: turn.rank, eventType: turn.event_type };
}

function queuedOf({ delivery_id, event_type, is_retry, due_in_ms, held_for_ms, rank, state, ordered, supersedes }: BuildRow, isDue: ReadonlySet<string>): Queued {
  return {
    deliveryId: delivery_id,
    eventType: event_type,
    isDue: isDue.has(delivery_id),
    isRetry: is_retry,
    dueInMs: due_in_ms,
    heldForMs: held_for_ms ?? undefined,
    rank,
    state,
    ordered,
    supersedes,
  };
}
