import type { SigningScheme } from './signing-scheme.js';

/** Appflow and the chat targets expect no signature. */
export const none: SigningScheme = {
  name: 'none',
  sign: () => [],
};
