import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The transaction that wrote a webhook or a secret last, whoever wrote it. Unlike a time or a sequence it tells who looks for changes
 * which of them may have been committed since: those from the oldest transaction that was still running then.
 */
export class NoteWebhookChanges1795850400000 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      create function matching.note_change() returns trigger language plpgsql as $$
      begin
        new.changed_in := pg_current_xact_id()::text::bigint;
        return new;
      end $$`);
    for (const table of ['webhook', 'webhook_secret']) {
      await query.query(`alter table matching.${table} add column changed_in bigint not null default 0`);
      await query.query(`create index ${table}_changed on matching.${table} (changed_in)`);
      await query.query(`create trigger note_change before insert or update on matching.${table} for each row execute function matching.note_change()`);
    }
  }

  async down(query: QueryRunner): Promise<void> {
    for (const table of ['webhook', 'webhook_secret']) {
      await query.query(`drop trigger note_change on matching.${table}`);
      await query.query(`alter table matching.${table} drop column changed_in`);
    }
    await query.query('drop function matching.note_change()');
  }
}
