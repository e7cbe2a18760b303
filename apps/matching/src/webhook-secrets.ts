import { randomUUID } from 'node:crypto';
import { SecretBox, instant, webhookSecretContext } from '@buildwire/database';
import type { Query } from '@buildwire/database';

/** Whose secrets. */
export interface SecretsOf {
  organizationId: string;
  id: string;
}

/** What signs at a time: each secret costs every request a signature. */
const MAX_LIVE = 5;

/** The secrets of a webhook, within a transaction of its change. The only writer of matching.webhook_secret; they are sealed on the way in and never read here. */
export class WebhookSecrets {
  constructor(private readonly secretBox: SecretBox) {}

  async add(query: Query, { organizationId, id }: SecretsOf, secret: string): Promise<void> {
    const { sealed, keyId } = this.secretBox.seal(Buffer.from(secret, 'utf8'), webhookSecretContext(organizationId, id));
    // The newest signs where only one can, and a transaction that waited for its turn began before the one that had it.
    await query('insert into matching.webhook_secret (id, organization_id, webhook_id, sealed, key_id, created_at) values ($1, $2, $3, $4, $5, clock_timestamp())', [
      randomUUID(),
      organizationId,
      id,
      sealed,
      keyId,
    ]);
  }

  async replaceAll(query: Query, of: SecretsOf, secret: string): Promise<void> {
    await this.removeAll(query, of);
    await this.add(query, of, secret);
  }

  async removeAll(query: Query, { organizationId, id }: SecretsOf): Promise<void> {
    await query('delete from matching.webhook_secret where organization_id = $1 and webhook_id = $2', [organizationId, id]);
  }

  /** Earlier secrets sign on until the returned instant, or until they were to end before it; those beyond the newest few end at once. What has expired is deleted. */
  async rotate(query: Query, of: SecretsOf, secret: string, overlapSeconds: number): Promise<string> {
    const key = [of.organizationId, of.id];
    const [overlap] = await query<{ endsAt: string }>(`select ${instant('(clock_timestamp() + make_interval(secs => $1))')} as "endsAt"`, [overlapSeconds]);
    const endsAt = overlap?.endsAt ?? '';
    await query('update matching.webhook_secret set expires_at = least(expires_at, $3) where organization_id = $1 and webhook_id = $2', [...key, endsAt]);
    await this.add(query, of, secret);
    await query(
      `delete from matching.webhook_secret where organization_id = $1 and webhook_id = $2 and (expires_at <= clock_timestamp() or id in (
         select id from matching.webhook_secret
          where organization_id = $1 and webhook_id = $2 and (expires_at is null or expires_at > clock_timestamp())
          order by created_at desc offset ${MAX_LIVE}))`,
      key,
    );
    return endsAt;
  }
}
