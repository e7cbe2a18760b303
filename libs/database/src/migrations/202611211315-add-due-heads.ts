import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A fair claim, whatever waits; and the order of the deliveries of a build, for webhooks that ask for it. */
export class AddDueHeads1795266900000 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(ORDER);
    await query.query(HEADS);
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(`
      drop trigger due_inserted on delivery.due;
      drop trigger due_updated on delivery.due;
      drop function delivery.bring_head_forward;
      drop table delivery.due_head, delivery.build_turn;
      drop index delivery.due_of_build, delivery.due_sent;
      create index due_next on delivery.due (due_at) where state = 'waiting';
      alter table delivery.due drop column order_key, drop column order_rank, drop column ordered, drop column supersedes, drop column held_since`);
  }
}

const ORDER = `
  alter table delivery.due
    add column order_key text collate "C",
    add column order_rank bigint,
    add column ordered boolean not null default false,
    add column supersedes boolean not null default false,
    add column held_since timestamptz,
    add constraint due_order_check check ((order_key is null) = (order_rank is null));
  create index due_of_build on delivery.due (order_key, order_rank) where order_key is not null and state <> 'final';
  create index due_sent on delivery.due (updated_at) where state = 'sent';
  drop index delivery.due_next;

  create table delivery.build_turn (
    organization_id text collate "C" not null,
    order_key text collate "C" not null,
    order_rank bigint not null,
    event_type text not null,
    updated_at timestamptz not null default now(),
    primary key (organization_id, order_key)
  );
  create index build_turn_updated on delivery.build_turn (updated_at);
`;

/* Every claim moves its heads: as with delivery.due, vacuum must come early. */
const HEADS = `
  create table delivery.due_head (
    organization_id text collate "C" not null,
    webhook_id text collate "C" not null,
    next_at timestamptz not null,
    primary key (organization_id, webhook_id)
  ) with (
    fillfactor = 70,
    autovacuum_vacuum_scale_factor = 0.01,
    autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_cost_delay = 1
  );
  create index due_head_next on delivery.due_head (next_at);

  insert into delivery.due_head (organization_id, webhook_id, next_at)
  select organization_id, webhook_id, min(due_at) from delivery.due where state = 'waiting' group by 1, 2;

  create function delivery.bring_head_forward() returns trigger language plpgsql as $$
  begin
    insert into delivery.due_head as head (organization_id, webhook_id, next_at)
    select organization_id, webhook_id, min(due_at) from changed where state = 'waiting' group by 1, 2 order by 1, 2
    on conflict (organization_id, webhook_id) do update set next_at = excluded.next_at where head.next_at > excluded.next_at;
    return null;
  end $$;
  create trigger due_inserted after insert on delivery.due referencing new table as changed
    for each statement execute function delivery.bring_head_forward();
  create trigger due_updated after update on delivery.due referencing new table as changed
    for each statement execute function delivery.bring_head_forward();
`;
