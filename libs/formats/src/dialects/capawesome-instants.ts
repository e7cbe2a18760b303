import type { Timing } from '@buildwire/contracts';
import { epochOf } from './epoch.js';

/** When a new build or deployment was created and last changed: if the producer did not say, when the event happened. */
export function creationInstants(timing: Timing | undefined, occurredAt: string): { createdAt: number | undefined; updatedAt: number | undefined } {
  const createdAt = timing?.createdAt ?? occurredAt;
  return { createdAt: epochOf(createdAt), updatedAt: epochOf(timing?.updatedAt ?? createdAt) };
}
