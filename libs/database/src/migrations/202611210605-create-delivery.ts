import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The due store: deliveries that wait for their next attempt, and what became of the others. */
export class CreateDelivery1795241100000 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(DUE);
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query('drop schema delivery cascade');
  }
}

/* Rows change state all the time: vacuum must come early, or the partial indexes fill with dead entries. */
const DUE = `
  create schema if not exists delivery;

  create table delivery.due (
    delivery_id text collate "C" primary key,
    organization_id text collate "C" not null,
    webhook_id text collate "C" not null,
    attempt integer not null,
    postponements integer not null,
    state text not null check (state in ('waiting', 'claimed', 'sent', 'final')),
    due_at timestamptz not null,
    claimed_until timestamptz,
    claim_token uuid,
    record json,
    updated_at timestamptz not null default now()
  ) with (
    fillfactor = 80,
    autovacuum_vacuum_scale_factor = 0.01,
    autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_cost_delay = 1,
    autovacuum_analyze_scale_factor = 0.05
  );
  create index due_of_webhook on delivery.due (webhook_id, due_at) where state = 'waiting';
  create index due_next on delivery.due (due_at) where state = 'waiting';
  create index due_claimed on delivery.due (claimed_until) where state = 'claimed';
  create index due_final on delivery.due (updated_at) where state = 'final';
`;
