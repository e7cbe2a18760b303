import type { FastifyReply, FastifyRequest } from 'fastify';

/** An artifact that somebody with a good link asks for. */
export interface RequestedArtifact {
  organizationId: string;
  name: string | undefined;
  /** Where it is kept: http or https. */
  url: URL;
}

/** How a download link is answered. */
export abstract class ArtifactDelivery {
  /** Answers the request, or throws a ProblemError before a byte is sent. */
  abstract deliver(artifact: RequestedArtifact, request: FastifyRequest, reply: FastifyReply): Promise<void>;
}

/** Leads to where the artifact is kept; the client asks there again, with its ranges and conditions. */
export class RedirectedArtifacts extends ArtifactDelivery {
  async deliver({ url }: RequestedArtifact, _request: FastifyRequest, reply: FastifyReply): Promise<void> {
    void reply.status(302).header('location', url.href).header('cache-control', 'no-store').send();
  }
}
