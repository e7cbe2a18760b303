import { generatePrivateKey, generateSecret } from '../secret.js';
import { keyKindOf } from './webhook-faults.js';
import type { FittingSettings } from './webhook-faults.js';

/** A random secret of the kind that the settings sign with; undefined for a chat target, which has none. */
export function newSecretFor(settings: Pick<FittingSettings, 'format' | 'signing'>): string | undefined {
  switch (keyKindOf(settings)) {
    case 'none':
      return undefined;
    case 'shared':
      return generateSecret();
    case 'private':
      return generatePrivateKey();
  }
}
