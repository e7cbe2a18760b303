import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How the endpoints of webhooks do: their streak of failures, their success rate and their circuit. */
export class CreateEndpointHealth1795266600000 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(ENDPOINT_HEALTH);
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query('drop table delivery.endpoint_health');
  }
}

/* A webhook that is used is written every few seconds: room in its page keeps that out of the indexes. */
const ENDPOINT_HEALTH = `
  create table delivery.endpoint_health (
    webhook_id text collate "C" primary key,
    organization_id text collate "C" not null,
    app_id text,
    consecutive_failures integer not null default 0,
    first_failure_at timestamptz,
    last_failure_at timestamptz,
    last_success_at timestamptz,
    last_reason text,
    window_at timestamptz,
    window_successes integer not null default 0,
    window_failures integer not null default 0,
    previous_successes integer not null default 0,
    previous_failures integer not null default 0,
    circuit_state text not null default 'closed' check (circuit_state in ('closed', 'open')),
    open_until timestamptz,
    openings integer not null default 0,
    circuit_reason text,
    circuit_changed_at timestamptz,
    circuit_written_at timestamptz,
    outage_began_at timestamptz,
    outage_ended_at timestamptz,
    warned_at timestamptz,
    refused_at timestamptz,
    updated_at timestamptz not null default now(),
    constraint endpoint_health_open_check check (circuit_state = 'closed' or (open_until is not null and outage_began_at is not null))
  ) with (
    fillfactor = 70,
    autovacuum_vacuum_scale_factor = 0.05,
    autovacuum_vacuum_threshold = 1000
  );
  create index endpoint_health_circuit on delivery.endpoint_health (circuit_written_at);
  create index endpoint_health_failing on delivery.endpoint_health (first_failure_at);
  create index endpoint_health_organization on delivery.endpoint_health (organization_id);
`;
