import { CircuitRegistry } from '@buildwire/resilience';
import type { CircuitRun, Counted } from '@buildwire/resilience';
import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import { circuitTransitions, circuits } from './metrics.js';

/** The longest wall clock that a webhook may set for an attempt, in milliseconds. */
const LONGEST_ATTEMPT_MS = 30_000;

/** The circuits of this replica: whether an endpoint is being called. */
@Injectable()
export class EndpointCircuits implements OnApplicationShutdown {
  private readonly logger = new Logger('EndpointCircuits');
  private readonly registry = new CircuitRegistry({ attemptTimeoutMs: LONGEST_ATTEMPT_MS });

  constructor() {
    this.registry.onTransition = (webhookId, transition) => {
      circuitTransitions.inc({ to: transition.kind });
      circuits.set(this.registry.size);
      this.logger.log(`circuit of ${webhookId}: ${transition.kind}`);
    };
  }

  /** Makes the attempt unless the webhook's circuit is open. */
  run<Value>(webhookId: string, attempt: () => Promise<Counted<Value>>): Promise<CircuitRun<Value>> {
    return this.registry.run(webhookId, attempt);
  }

  onApplicationShutdown(): void {
    this.registry.shutdown();
  }
}
