import { bodyMac } from './body-mac.js';
import type { SigningScheme } from './signing-scheme.js';

/** Expo and EAS. Their prose says "hex-encoded"; their receivers expect the prefix. */
export const expoSignature: SigningScheme = {
  name: 'expo-signature',
  sign: ({ body }, keys) => [['expo-signature', `sha1=${bodyMac('sha1', body, keys)}`]],
};
