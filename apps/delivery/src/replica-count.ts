import { randomUUID } from 'node:crypto';
import { DELIVERY_REPLICAS_SUBJECT } from '@buildwire/contracts';
import type { ReplicaAlive } from '@buildwire/contracts';
import { CoreNats } from '@buildwire/messaging';
import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnModuleInit } from '@nestjs/common';

const ANNOUNCE_MS = 1_000;
const FORGET_MS = 3_500;

/** How many replicas of delivery live, this one included: what a webhook allows is shared by them. */
@Injectable()
export class ReplicaCount implements OnModuleInit, BeforeApplicationShutdown {
  private readonly replicaId = randomUUID();
  private readonly heardAtMs = new Map<string, number>();
  private announcing: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private known = 1;

  constructor(private readonly nats: CoreNats) {}

  get count(): number {
    return this.known;
  }

  onModuleInit(): void {
    this.nats.listen(DELIVERY_REPLICAS_SUBJECT, (alive) => this.heard((alive as ReplicaAlive).replicaId));
    this.timer = setInterval(() => this.announce(), ANNOUNCE_MS).unref();
    this.announce();
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private announce(): void {
    // While NATS is away one waits to be told, and no more pile up.
    this.announcing ??= this.nats
      .announce(DELIVERY_REPLICAS_SUBJECT, { replicaId: this.replicaId } satisfies ReplicaAlive)
      .catch(() => undefined)
      .finally(() => (this.announcing = undefined));
  }

  /** Whoever does not hear itself is cut off, and knows nothing new of the others: the count stays. */
  private heard(replicaId: string): void {
    const nowMs = performance.now();
    const wasCutOff = replicaId === this.replicaId && nowMs - (this.heardAtMs.get(replicaId) ?? nowMs) > FORGET_MS;
    this.heardAtMs.set(replicaId, nowMs);
    if (replicaId !== this.replicaId) return;
    for (const [other, atMs] of this.heardAtMs) {
      // The others get the time to tell that they live.
      if (wasCutOff) this.heardAtMs.set(other, nowMs);
      else if (nowMs - atMs > FORGET_MS) this.heardAtMs.delete(other);
    }
    this.known = this.heardAtMs.size;
  }
}
