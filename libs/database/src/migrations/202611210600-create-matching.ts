import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Organizations, API keys, webhooks and the event index. */
export class CreateMatching1795240800000 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(ORGANIZATIONS);
    await query.query(WEBHOOKS);
    await query.query(EVENTS);
    await query.query(COMPRESSION);
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query('drop schema matching cascade');
  }
}

/* Ids are compared as bytes (collate "C"): quicker, and the order of the code's own comparisons. */

const ORGANIZATIONS = `
  create schema if not exists matching;

  create table matching.organization (
    id text collate "C" primary key,
    name text not null,
    created_at timestamptz not null default now()
  );

  create table matching.api_key (
    id text collate "C" primary key,
    organization_id text collate "C" not null references matching.organization (id),
    hash bytea not null unique,
    name text not null,
    last_four text not null,
    created_at timestamptz not null default now(),
    revoked_at timestamptz
  );
  create index api_key_of_organization on matching.api_key (organization_id, created_at);
`;

/*
 * Every change takes a new version while it holds the organization's row lock, so within an organization versions
 * become visible in their order: "everything above the version I know" misses nothing.
 */
const WEBHOOKS = `
  create sequence matching.webhook_version;

  create table matching.webhook (
    id text collate "C" primary key,
    organization_id text collate "C" not null references matching.organization (id),
    name text not null,
    url text,
    url_sealed bytea,
    url_key_id text,
    format text not null,
    dialect text,
    options jsonb not null,
    events text[] not null,
    app_id text collate "C",
    filter json,
    active boolean not null,
    headers jsonb not null,
    success text,
    retry jsonb,
    signing jsonb,
    limits jsonb,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
    version bigint not null default nextval('matching.webhook_version'),
    unique (organization_id, id),
    -- The URL of a chat target is a secret.
    check ((url is null) = (url_sealed is not null) and (url_sealed is null) = (url_key_id is null))
  );
  create index webhook_newest on matching.webhook (organization_id, created_at desc, id desc) where deleted_at is null;
  create index webhook_newest_of_app on matching.webhook (organization_id, app_id, created_at desc, id desc) where deleted_at is null;
  create index webhook_changes on matching.webhook (organization_id, version);

  create table matching.webhook_secret (
    id uuid primary key,
    organization_id text collate "C" not null,
    webhook_id text collate "C" not null,
    sealed bytea not null,
    key_id text not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz,
    foreign key (organization_id, webhook_id) references matching.webhook (organization_id, id) on delete cascade
  );
  create index webhook_secret_newest on matching.webhook_secret (organization_id, webhook_id, created_at desc);
`;

/*
 * The event index tells a repeat from a redelivery for as long as events are kept, so its key holds for the whole
 * retention and the table is not partitioned by time. \`body\` is json, not jsonb: it keeps the order of keys and is
 * not parsed again on the way in. Rows are written once and deleted when their time is over; vacuum must follow both.
 */
const EVENTS = `
  create table matching.event (
    organization_id text collate "C" not null,
    id text collate "C" not null,
    stream_sequence bigint not null,
    record_index integer not null,
    type text collate "C" not null,
    app_id text collate "C" not null,
    subject_id text collate "C" not null,
    occurred_at timestamptz not null,
    received_at timestamptz not null,
    body json not null,
    deliveries jsonb not null,
    primary key (organization_id, id)
  ) with (
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_insert_scale_factor = 0.1,
    autovacuum_analyze_scale_factor = 0.05
  );
  create index event_newest on matching.event (organization_id, received_at desc, id desc);
  create index event_newest_of_app on matching.event (organization_id, app_id, received_at desc, id desc);
  create index event_newest_of_type on matching.event (organization_id, type, received_at desc, id desc);
`;

/** lz4 costs a fraction of the default's time; not every Postgres is built with it. */
const COMPRESSION = `
  do $$ begin
    if exists (select from pg_settings where name = 'default_toast_compression' and 'lz4' = any (enumvals)) then
      alter table matching.event alter column body set compression lz4;
    end if;
  end $$;
`;
