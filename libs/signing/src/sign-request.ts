import type { KeyObject } from 'node:crypto';
import type { SchemeName } from '@buildwire/contracts';
import { schemes } from './registry.js';
import type { SigningInput } from './signing-scheme.js';

const PROBE: SigningInput = { id: 'dlv_0', timestamp: 0, body: Buffer.alloc(0) };

/** The headers of every scheme in turn. Throws an `InvalidSecretError` if a scheme has no key to sign with. */
export function signRequest(names: readonly SchemeName[], input: SigningInput, keys: readonly KeyObject[]): [name: string, value: string][] {
  return names.flatMap((name) => schemes[name].sign(input, keys));
}

/** Throws an `InvalidSecretError` if requests could not be signed. It tries, so it cannot disagree with {@link signRequest}. */
export function checkKeys(names: readonly SchemeName[], keys: readonly KeyObject[]): void {
  signRequest(names, PROBE, keys);
}
