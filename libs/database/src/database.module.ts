import { Global, Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { ApiKeys } from './api-keys.js';
import type { DataSourceOptions } from './data-source.js';
import { Database } from './database.js';
import { SecretBox } from './secret-box.js';

export interface DatabaseModuleOptions extends DataSourceOptions {
  /** Only services that read or write webhooks' secrets have it. */
  secretsKey?: string;
}

/** Postgres for a process. Whoever starts the process also closes the `Database`, last of all. */
@Global()
@Module({})
export class DatabaseModule {
  static forRoot({ secretsKey, ...options }: DatabaseModuleOptions): DynamicModule {
    return {
      module: DatabaseModule,
      providers: [
        { provide: Database, useFactory: () => new Database(options) },
        { provide: ApiKeys, useFactory: (database: Database) => new ApiKeys(database), inject: [Database] },
        ...(secretsKey === undefined ? [] : [{ provide: SecretBox, useFactory: () => new SecretBox(secretsKey) }]),
      ],
      exports: [Database, ApiKeys, ...(secretsKey === undefined ? [] : [SecretBox])],
    };
  }
}
