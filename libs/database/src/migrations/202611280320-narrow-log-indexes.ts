import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Filter indexes without the id: an entry is half as large, and Postgres keeps equal ones once. Deliveries of one millisecond
 * are sorted by the reader. The index by event keeps its id: all deliveries of an event are of one millisecond.
 */
export class NarrowLogIndexes1795836000000 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(indexesIn('created_at desc'));
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(indexesIn('created_at desc, id desc'));
  }
}

const indexes = {
  webhook: 'webhook_id',
  app: 'app_id',
  type: 'event_type',
  status: 'status',
  status_code: 'last_status_code',
  status_class: '(last_status_code / 100)',
  format: 'format',
} as const;

function indexesIn(order: string): string {
  const statements = Object.entries(indexes).map(
    ([name, column]) => `
      drop index delivery_log.delivery_${name};
      create index delivery_${name} on delivery_log.delivery (organization_id, ${column}, ${order})`,
  );
  return statements.join(';');
}
