import { ArtifactLinks, ProblemError, downloadable } from '@buildwire/contracts';
import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ArtifactDelivery } from './artifact-delivery.js';
import type { RequestedArtifact } from './artifact-delivery.js';
import { Events } from './events.query.js';

/** Downloads by signed address: the address is the permission, so there is no API key. */
@Controller('v1/artifacts')
export class ArtifactsController {
  constructor(
    private readonly links: ArtifactLinks,
    private readonly events: Events,
    private readonly delivery: ArtifactDelivery,
  ) {}

  /** GET, and HEAD, which Fastify brings along. */
  @Get(':token')
  async download(@Param('token') token: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.delivery.deliver(await this.artifactOf(token), request, reply);
  }

  private async artifactOf(token: string): Promise<RequestedArtifact> {
    const link = this.links.read(token, Date.now());
    if (link.kind === 'unknown') throw new ProblemError('not_found');
    if (link.kind === 'expired') throw new ProblemError('gone', 'download links are good for 24 hours');
    const event = await this.events.get(link.organizationId, link.eventId);
    const artifact = event.build?.artifacts?.[link.index];
    const url = artifact && downloadable(artifact);
    if (url === undefined) throw new ProblemError('not_found');
    return { organizationId: link.organizationId, name: artifact?.name, url };
  }
}
