import type { KeyObject } from 'node:crypto';
import type { SchemeName } from '@buildwire/contracts';

/** What is signed: the id of the delivery, the unix seconds of the attempt, and the exact bytes sent. */
export interface SigningInput {
  id: string;
  timestamp: number;
  body: Buffer;
}

/**
 * Header pairs for one attempt, in the documented wire casing. Several keys are given newest first; a scheme uses those of its
 * kind, and throws an `InvalidSecretError` if it needs one and there is none.
 */
export interface SigningScheme {
  name: SchemeName;
  sign(input: SigningInput, keys: readonly KeyObject[]): [name: string, value: string][];
}
