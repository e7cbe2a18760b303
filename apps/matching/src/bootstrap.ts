import { Inject, Injectable } from '@nestjs/common';
import { OrganizationsRepository } from './organizations.repository.js';

export const DEFAULT_ORGANIZATION = 'org_default';
export const BOOTSTRAP_OPTIONS = Symbol('bootstrap options');

export interface BootstrapOptions {
  /** A key that the first organization shall have. */
  bootstrapApiKey?: string | undefined;
}

/** What a new database needs before anybody can use it. */
@Injectable()
export class Bootstrap {
  constructor(
    private readonly organizations: OrganizationsRepository,
    @Inject(BOOTSTRAP_OPTIONS) private readonly options: BootstrapOptions,
  ) {}

  /**
   * Makes the first organization, and the key that was configured; may run at every start and in every replica. Only
   * with `mayGenerate`, which is for who can show the answer to a person: makes a key if none was configured and there is
   * none at all, and gives it, this once.
   */
  async ensure({ mayGenerate }: { mayGenerate: boolean }): Promise<{ organizationId: string; generatedKey: string | undefined }> {
    const organizationId = DEFAULT_ORGANIZATION;
    const { bootstrapApiKey } = this.options;
    await this.organizations.ensure(organizationId);
    if (bootstrapApiKey !== undefined) await this.organizations.ensureKey(organizationId, 'bootstrap', bootstrapApiKey);
    const generatedKey = mayGenerate ? await this.organizations.createFirstKey(organizationId, 'first') : undefined;
    return { organizationId, generatedKey };
  }
}
