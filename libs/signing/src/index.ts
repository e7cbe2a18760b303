export { schemes } from './registry.js';
export { checkKeys, signRequest } from './sign-request.js';
export type { SigningInput, SigningScheme } from './signing-scheme.js';
