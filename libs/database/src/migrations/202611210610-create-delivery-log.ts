import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The delivery log. Its day partitions come and go while it runs; the delivery-log service makes them. */
export class CreateDeliveryLog1795241400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create schema if not exists delivery_log');
    await runner.query(createDelivery);
    for (const [name, columns] of deliveryIndexes) {
      await runner.query(`create index delivery_${name} on delivery_log.delivery (${columns}, created_at desc, id desc)`);
    }
    await runner.query(createAttempt);
    await runner.query(compressBodies);
    await runner.query(createDeadLetter);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema delivery_log cascade');
  }
}

/*
 * Messages about a delivery arrive late, twice and out of order, so each group of columns is a register of its own: how
 * it ended, its latest attempt, the latest word about its schedule. A message replaces a register if its time is later
 * (for the end: earlier), whatever arrived before; what readers see follows from the three.
 */
const createDelivery = `
  create table delivery_log.delivery (
    created_at timestamptz not null,
    id text collate "C" not null,
    organization_id text collate "C" not null,
    event_id text collate "C" not null,
    event_type text collate "C" not null,
    app_id text collate "C" not null,
    webhook_id text collate "C" not null,
    format text collate "C" not null,
    dialect text collate "C",
    trigger text collate "C" not null,
    attempt_count integer not null,

    status text collate "C" not null,
    completed_at timestamptz,
    closed_reason text,

    last_sent_at timestamptz,
    last_status_code integer,
    last_attempt_reason text,

    scheduled_at timestamptz,
    due_at timestamptz,
    postponed_reason text,

    next_attempt_at timestamptz generated always as (case when status = 'waiting' then due_at end) stored,
    reason text generated always as (
      case
        when status in ('canceled', 'skipped') and (last_sent_at is null or completed_at >= last_sent_at) then closed_reason
        when status = 'waiting' and (last_sent_at is null or scheduled_at > last_sent_at) then postponed_reason
        else last_attempt_reason
      end
    ) stored,
    primary key (created_at, id)
  ) partition by range (created_at)`;

/** Each filter of the API, in the order in which lists are read. */
const deliveryIndexes = [
  ['organization', 'organization_id'],
  ['webhook', 'organization_id, webhook_id'],
  ['app', 'organization_id, app_id'],
  ['event', 'organization_id, event_id'],
  ['type', 'organization_id, event_type'],
  ['status', 'organization_id, status'],
  ['status_code', 'organization_id, last_status_code'],
  ['status_class', 'organization_id, (last_status_code / 100)'],
  ['format', 'organization_id, format'],
] as const;

/** A request body that holds a NUL character, which no text column can, is kept as bytes. */
const createAttempt = `
  create table delivery_log.attempt (
    sent_at timestamptz not null,
    id text collate "C" not null,
    delivery_id text collate "C" not null,
    organization_id text collate "C" not null,
    trigger text collate "C" not null,
    schedule_attempt integer not null,
    outcome text collate "C" not null,
    reason text,
    status_code integer,
    request_method text not null,
    request_url text not null,
    request_headers json not null,
    content_type text not null,
    body_headers json not null,
    request_body text,
    request_body_bytes bytea,
    response_headers json,
    response_body bytea,
    response_truncated boolean,
    timing json not null,
    duration_ms integer not null,
    transport_retried boolean not null,
    primary key (sent_at, id),
    check (num_nonnulls(request_body, request_body_bytes) = 1)
  ) partition by range (sent_at);
  create index attempt_delivery on delivery_log.attempt (delivery_id, sent_at);
  create index attempt_organization on delivery_log.attempt (organization_id, sent_at desc)`;

/** lz4 costs a fraction of the default's time; not every Postgres is built with it. */
const compressBodies = `
  do $$ begin
    if exists (select from pg_settings where name = 'default_toast_compression' and 'lz4' = any (enumvals)) then
      alter table delivery_log.attempt
        alter column request_body set compression lz4,
        alter column request_body_bytes set compression lz4,
        alter column response_body set compression lz4;
    end if;
  end $$`;

const createDeadLetter = `
  create table delivery_log.dead_letter (
    id text collate "C" primary key,
    organization_id text collate "C" not null,
    service text not null,
    subject text not null,
    reason text not null,
    payload bytea not null,
    truncated boolean not null,
    occurred_at timestamptz not null
  );
  create index dead_letter_organization on delivery_log.dead_letter (organization_id, occurred_at desc, id desc);
  create index dead_letter_age on delivery_log.dead_letter (occurred_at)`;
