import { ArtifactLinks, RENDER_SUBJECT, renderRequest } from '@buildwire/contracts';
import type { RenderReply } from '@buildwire/contracts';
import { render } from '@buildwire/formats';
import { CoreNats } from '@buildwire/messaging';
import type { Request } from '@buildwire/messaging';
import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';

/** Renders for whoever asks over core NATS, as for deliveries: a preview shows the bytes that would be sent. */
@Injectable()
export class AnswerRenderings implements OnModuleInit {
  constructor(
    private readonly nats: CoreNats,
    private readonly links: ArtifactLinks,
  ) {}

  onModuleInit(): void {
    this.nats.serve(RENDER_SUBJECT, 'rendering', async (request) => JSON.stringify(this.answer(request)));
  }

  private answer({ data }: Request): RenderReply {
    const { event, variant } = renderRequest.parse(JSON.parse(Buffer.from(data).toString('utf8')));
    return render(event, variant, { downloadUrl: (artifact) => this.links.urlOf(event, artifact) });
  }
}
