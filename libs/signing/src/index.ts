export { schemes } from './registry.js';
export { InvalidSecretError, asStandardSecret, generateSecret, secretKey } from './secret.js';
export type { SchemeName, SigningInput, SigningScheme } from './signing-scheme.js';
