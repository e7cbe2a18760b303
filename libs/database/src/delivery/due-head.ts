/* Written by `delivery` only: a trigger on delivery.due brings it forward, so that no writer can forget to, and a claim puts it back. */
import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * A webhook with deliveries that wait. Claims lock this row, so they meet each webhook one at a time; whoever makes a
 * delivery wait touches it too, so a claim that holds the lock has seen all that waits.
 */
@Entity({ schema: 'delivery', name: 'due_head' })
export class DueHead {
  @PrimaryColumn('text', { name: 'organization_id' })
  organizationId!: string;

  @PrimaryColumn('text', { name: 'webhook_id' })
  webhookId!: string;

  /** When the webhook is served next: never later than its first delivery is due, unless it was served a moment ago. */
  @Column('timestamptz', { name: 'next_at' })
  nextAt!: Date;
}
