import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Primary keys in an order that also serves the queries: each index that this saves is a write for each row. */
export class MergeLogIndexes1795269600000 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      drop index delivery_log.delivery_organization;
      alter table delivery_log.delivery drop constraint delivery_pkey, add primary key (organization_id, created_at, id);
      drop index delivery_log.attempt_delivery, delivery_log.attempt_organization;
      alter table delivery_log.attempt drop constraint attempt_pkey, add primary key (organization_id, delivery_id, sent_at, id)`);
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(`
      alter table delivery_log.delivery drop constraint delivery_pkey, add primary key (created_at, id);
      create index delivery_organization on delivery_log.delivery (organization_id, created_at desc, id desc);
      alter table delivery_log.attempt drop constraint attempt_pkey, add primary key (sent_at, id);
      create index attempt_delivery on delivery_log.attempt (delivery_id, sent_at);
      create index attempt_organization on delivery_log.attempt (organization_id, sent_at desc)`);
  }
}
