import { randomInt } from 'node:crypto';
import { newId } from '@buildwire/contracts';
import { Database, hashOfKey } from '@buildwire/database';
import type { Query } from '@buildwire/database';
import { Injectable } from '@nestjs/common';

const BASE_62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 238 bits. */
const KEY_CHARACTERS = 40;
/** Who asks whether there is a key, and makes one if not, does so alone. */
const FIRST_KEY_LOCK = 7_317_002;

/** The only writer of matching.organization and matching.api_key. A key is stored as its hash. */
@Injectable()
export class OrganizationsRepository {
  constructor(private readonly database: Database) {}

  /** Makes the organization unless it is there. */
  async ensure(id: string): Promise<void> {
    await this.database.query('insert into matching.organization (id, name) values ($1, $1) on conflict do nothing', [id]);
  }

  /** Makes this key the organization's unless it is stored already; a revoked one stays revoked. */
  async ensureKey(organizationId: string, name: string, key: string): Promise<void> {
    await insertKey((sql, params) => this.database.query(sql, params), organizationId, name, key);
  }

  /** A new key. Nothing can show it again. */
  async createKey(organizationId: string, name: string): Promise<string> {
    const key = generateKey();
    await this.ensureKey(organizationId, name, key);
    return key;
  }

  /** A new key if there is none at all, of any organization. */
  async createFirstKey(organizationId: string, name: string): Promise<string | undefined> {
    const key = generateKey();
    return this.database.transaction(async (query) => {
      await query('select pg_advisory_xact_lock($1)', [FIRST_KEY_LOCK]);
      const existing = await query('select 1 from matching.api_key limit 1');
      if (existing.length > 0) return undefined;
      await insertKey(query, organizationId, name, key);
      return key;
    });
  }
}

async function insertKey(query: Query, organizationId: string, name: string, key: string): Promise<void> {
  await query('insert into matching.api_key (id, organization_id, hash, name, last_four) values ($1, $2, $3, $4, $5) on conflict do nothing', [
    newId('key'),
    organizationId,
    hashOfKey(key),
    name,
    key.slice(-4),
  ]);
}

function generateKey(): string {
  return `bw_${Array.from({ length: KEY_CHARACTERS }, () => BASE_62.charAt(randomInt(BASE_62.length))).join('')}`;
}
