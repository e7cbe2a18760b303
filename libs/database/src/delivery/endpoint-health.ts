/* Written by `delivery` only. */
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An open circuit whose time is over is half-open: nothing is written when that happens. */
export type StoredCircuitState = 'closed' | 'open';

@Entity({ schema: 'delivery', name: 'endpoint_health' })
export class EndpointHealth {
  @PrimaryColumn('text', { name: 'webhook_id' })
  webhookId!: string;

  @Column('text', { name: 'organization_id' })
  organizationId!: string;

  /** Of the last delivery. */
  @Column('text', { name: 'app_id', nullable: true })
  appId!: string | null;

  /** Attempts without success, of whatever kind, since the last success. */
  @Column('integer', { name: 'consecutive_failures', default: 0 })
  consecutiveFailures!: number;

  /** The first of them. */
  @Column('timestamptz', { name: 'first_failure_at', nullable: true })
  firstFailureAt!: Date | null;

  @Column('timestamptz', { name: 'last_failure_at', nullable: true })
  lastFailureAt!: Date | null;

  @Column('timestamptz', { name: 'last_success_at', nullable: true })
  lastSuccessAt!: Date | null;

  @Column('text', { name: 'last_reason', nullable: true })
  lastReason!: string | null;

  /** The hour that is being counted; `previous` is the one before. */
  @Column('timestamptz', { name: 'window_at', nullable: true })
  windowAt!: Date | null;

  @Column('integer', { name: 'window_successes', default: 0 })
  windowSuccesses!: number;

  @Column('integer', { name: 'window_failures', default: 0 })
  windowFailures!: number;

  @Column('integer', { name: 'previous_successes', default: 0 })
  previousSuccesses!: number;

  @Column('integer', { name: 'previous_failures', default: 0 })
  previousFailures!: number;

  @Column('text', { name: 'circuit_state', default: 'closed' })
  circuitState!: StoredCircuitState;

  @Column('timestamptz', { name: 'open_until', nullable: true })
  openUntil!: Date | null;

  @Column('integer', { default: 0 })
  openings!: number;

  @Column('text', { name: 'circuit_reason', nullable: true })
  circuitReason!: string | null;

  /** By the clock of the replica that changed it; what is older changes nothing. */
  @Column('timestamptz', { name: 'circuit_changed_at', nullable: true })
  circuitChangedAt!: Date | null;

  /** By the clock of Postgres. */
  @Column('timestamptz', { name: 'circuit_written_at', nullable: true })
  circuitWrittenAt!: Date | null;

  /** Since when the circuit has not been closed, or was not the last time. */
  @Column('timestamptz', { name: 'outage_began_at', nullable: true })
  outageBeganAt!: Date | null;

  @Column('timestamptz', { name: 'outage_ended_at', nullable: true })
  outageEndedAt!: Date | null;

  /** When its owner was told that it will be disabled. */
  @Column('timestamptz', { name: 'warned_at', nullable: true })
  warnedAt!: Date | null;

  /** When matching was asked to disable it. */
  @Column('timestamptz', { name: 'refused_at', nullable: true })
  refusedAt!: Date | null;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}
