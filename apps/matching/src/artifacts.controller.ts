import { ArtifactLinks, ProblemError } from '@buildwire/contracts';
import { Controller, Get, Header, Param, Redirect } from '@nestjs/common';
import { Events } from './events.query.js';

/** Downloads by signed address: the address is the permission, so there is no API key. */
@Controller('v1/artifacts')
export class ArtifactsController {
  constructor(
    private readonly links: ArtifactLinks,
    private readonly events: Events,
  ) {}

  /** Leads to where the artifact is kept, with whatever ranges the client asks for. */
  @Get(':token')
  @Redirect('', 302)
  @Header('cache-control', 'no-store')
  async download(@Param('token') token: string): Promise<{ url: string }> {
    const link = this.links.read(token, Date.now());
    if (link.kind === 'unknown') throw new ProblemError('not_found');
    if (link.kind === 'expired') throw new ProblemError('gone', 'download links are good for 24 hours');
    const event = await this.events.get(link.organizationId, link.eventId);
    const artifact = event.build?.artifacts?.[link.index];
    if (artifact === undefined) throw new ProblemError('not_found');
    return { url: artifact.url };
  }
}
