import { ArtifactLinks } from '@buildwire/contracts';
import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { AnswerRenderings } from './answer-renderings.js';
import { RenderDeliveryHandler } from './render-delivery.handler.js';

/** Turns matched deliveries into bodies. It keeps nothing, and needs the messaging of the process. */
@Module({})
export class RenderingModule {
  static register({ publicUrl, secretsKey }: { publicUrl: string; secretsKey: string }): DynamicModule {
    return {
      module: RenderingModule,
      controllers: [RenderDeliveryHandler],
      providers: [{ provide: ArtifactLinks, useFactory: () => new ArtifactLinks(publicUrl, secretsKey) }, AnswerRenderings],
    };
  }
}
