import { Global, Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { Backlog } from './backlog.js';
import { Broker } from './broker.js';
import { CoreNats } from './core-nats.js';
import { DeadLetters } from './dead-letters.js';
import { JetStreamServer } from './jetstream-server.js';
import type { ServerOptions } from './jetstream-server.js';
import { Publisher } from './publisher.js';

export interface MessagingOptions extends ServerOptions {
  url: string;
  /** Shown in the server's connection list. */
  name: string;
}

/** NATS for a process: the publisher, core NATS, and the transport that runs the handlers of the services named. */
@Global()
@Module({})
export class MessagingModule {
  static forServices(options: MessagingOptions): DynamicModule {
    return {
      module: MessagingModule,
      providers: [
        { provide: Broker, useFactory: () => new Broker({ url: options.url, name: options.name }) },
        { provide: Backlog, useFactory: (broker: Broker) => new Backlog(broker), inject: [Broker] },
        { provide: Publisher, useFactory: (broker: Broker) => new Publisher(broker), inject: [Broker] },
        { provide: CoreNats, useFactory: (broker: Broker) => new CoreNats(broker), inject: [Broker] },
        { provide: DeadLetters, useFactory: (publisher: Publisher) => new DeadLetters(publisher), inject: [Publisher] },
        {
          provide: JetStreamServer,
          useFactory: (broker: Broker, deadLetters: DeadLetters) => new JetStreamServer(broker, deadLetters, options),
          inject: [Broker, DeadLetters],
        },
      ],
      exports: [Broker, Backlog, Publisher, CoreNats, DeadLetters, JetStreamServer],
    };
  }
}
