import type { Server } from '@grpc/grpc-js';
import { ServerGrpc } from '@nestjs/microservices';

/** Longer than any event waits for the broker, so what is still open then is a stream that its client holds open. */
const DRAIN_MS = 5_000;

/** Nest's gRPC transport, which alone would wait for such a client as long as it likes. */
export class DrainingGrpc extends ServerGrpc {
  override async close(): Promise<void> {
    const server: Server | null | undefined = this.grpcClient;
    const limit = setTimeout(() => server?.forceShutdown(), DRAIN_MS);
    try {
      await super.close();
    } finally {
      clearTimeout(limit);
    }
  }
}
