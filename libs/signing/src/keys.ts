import type { KeyObject } from 'node:crypto';
import { InvalidSecretError } from '@buildwire/contracts';

/** The keys shared with the receiver, in their order. Throws an {@link InvalidSecretError} if there is none. */
export function sharedKeys(keys: readonly KeyObject[]): [KeyObject, ...KeyObject[]] {
  return someOf(keys.filter(({ type }) => type === 'secret'), 'signing needs a secret that is shared with the receiver');
}

/** The Ed25519 private keys, in their order. Throws an {@link InvalidSecretError} if there is none. */
export function privateKeys(keys: readonly KeyObject[]): [KeyObject, ...KeyObject[]] {
  return someOf(keys.filter(({ type }) => type === 'private'), 'signing needs a private key: a secret that begins with whsk_');
}

function someOf([first, ...rest]: readonly KeyObject[], otherwise: string): [KeyObject, ...KeyObject[]] {
  if (first === undefined) throw new InvalidSecretError(otherwise);
  return [first, ...rest];
}
