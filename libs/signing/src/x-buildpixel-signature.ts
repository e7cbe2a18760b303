import { bodyMac } from './body-mac.js';
import type { SigningScheme } from './signing-scheme.js';

/** BuildPixel. */
export const xBuildpixelSignature: SigningScheme = {
  name: 'x-buildpixel-signature',
  sign: ({ body }, keys) => [['X-BuildPixel-Signature', `sha256=${bodyMac('sha256', body, keys)}`]],
};
