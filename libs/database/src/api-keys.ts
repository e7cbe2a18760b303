import { createHash } from 'node:crypto';
import { Database } from './database.js';
import { Remembered } from './remembered.js';

/** A revoked key stops working within a minute, however rarely it is used. */
const MEMORY = { refreshAfterMs: 20_000, mistrustAfterMs: 50_000, unknownForMs: 2_000, size: 10_000 };

/** Whose API keys are whose. Known keys stay known while Postgres is away; unknown ones then throw an `UnavailableError`. */
export class ApiKeys {
  private readonly owners: Remembered<string>;
  private readonly organizations: Remembered<true>;

  constructor(database: Database) {
    this.owners = new Remembered((hash) => ownerOf(database, hash), MEMORY);
    this.organizations = new Remembered((id) => exists(database, id), MEMORY);
  }

  /** The organization whose key this is; undefined if there is no such key or it was revoked. */
  organizationOf(key: string): Promise<string | undefined> {
    return this.owners.get(hashOfKey(key).toString('hex'));
  }

  async knowsOrganization(id: string): Promise<boolean> {
    return (await this.organizations.get(id)) ?? false;
  }
}

/** What is stored of a key. Looking it up by its hash tells nothing by the time it takes. */
export function hashOfKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

async function ownerOf(database: Database, hash: string): Promise<string | undefined> {
  const sql = 'select organization_id as "organizationId" from matching.api_key where hash = $1 and revoked_at is null';
  const [row] = await database.query<{ organizationId: string }>(sql, [Buffer.from(hash, 'hex')]);
  return row?.organizationId;
}

async function exists(database: Database, id: string): Promise<true | undefined> {
  const rows = await database.query('select 1 from matching.organization where id = $1', [id]);
  return rows.length > 0 ? true : undefined;
}
