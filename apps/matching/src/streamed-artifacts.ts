import { pipeline } from 'node:stream/promises';
import { ProblemError } from '@buildwire/contracts';
import { DownloadClient } from '@buildwire/outbound-http';
import type { DownloadRequest, DownloadResult } from '@buildwire/outbound-http';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ArtifactDelivery } from './artifact-delivery.js';
import type { RequestedArtifact } from './artifact-delivery.js';
import { conditionsOf, contentHeaders } from './content-headers.js';
import { Places } from './places.js';

/** A client that takes nothing for so long has gone without saying so. */
const STALLED_MS = 120_000;

/** The content, a part of it, no change, and no such part. */
const KEPT = [200, 206, 304, 416];

/** How stores refuse HEAD where GET is allowed: a signed address may be good for one method only. */
const HEAD_REFUSED = [403, 405, 501];

type Opened = Extract<DownloadResult, { kind: 'opened' }>;

export interface StreamOptions {
  /** Downloads at a time. */
  max: number;
  stalledMs?: number;
}

/** Fetches artifacts from where they are kept and passes them on as they come, as fast as the client takes them. */
export class StreamedArtifacts extends ArtifactDelivery implements OnApplicationShutdown {
  private readonly places: Places;
  private readonly stalledMs: number;

  constructor(
    private readonly client: DownloadClient,
    { max, stalledMs = STALLED_MS }: StreamOptions,
  ) {
    super();
    this.places = new Places(max);
    this.stalledMs = stalledMs;
  }

  /** How many downloads are under way. */
  get size(): number {
    return this.places.size;
  }

  async deliver(artifact: RequestedArtifact, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (reply.raw.destroyed) return;
    const leave = this.places.take(artifact.organizationId);
    if (leave === undefined) throw new ProblemError('busy', 'too many artifacts are being downloaded');
    const gone = new AbortController();
    reply.raw.once('close', () => {
      gone.abort();
      leave();
    });
    const isHead = request.method === 'HEAD';
    const opened = await this.open({ method: isHead ? 'HEAD' : 'GET', url: artifact.url.href, headers: conditionsOf(request.headers), signal: gone.signal });
    // From here on it is ours: a body that breaks off must break the connection, not become a problem document.
    reply.hijack();
    reply.raw.setTimeout(this.stalledMs, () => reply.raw.destroy());
    reply.raw.writeHead(opened.statusCode, contentHeaders(opened.headers, artifact)).flushHeaders();
    if (isHead) opened.body.destroy();
    if (isHead) reply.raw.end();
    else await pipeline(opened.body, reply.raw).catch(() => undefined);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.client.close();
  }

  private async open(request: DownloadRequest): Promise<Opened> {
    const result = await this.client.open(request);
    if (result.kind === 'failed') throw new ProblemError('origin_unavailable', result.detail);
    if (KEPT.includes(result.statusCode)) return result;
    result.body.destroy();
    if (request.method === 'HEAD' && HEAD_REFUSED.includes(result.statusCode)) return this.open({ ...request, method: 'GET' });
    throw new ProblemError('origin_unavailable', `where the artifact is kept, the answer was ${result.statusCode}`);
  }
}
