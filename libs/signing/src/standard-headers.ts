import type { SigningInput } from './signing-scheme.js';

/** The headers of Standard Webhooks 1.0.0. Several signatures stand side by side, so receivers may hold the old or the new key. */
export function standardHeaders(input: SigningInput, signatures: readonly string[]): [name: string, value: string][] {
  return [
    ['webhook-id', input.id],
    ['webhook-timestamp', String(input.timestamp)],
    ['webhook-signature', signatures.join(' ')],
  ];
}

/** What Standard Webhooks signs ahead of the body. Apart from it: a copy of the body for each signature costs a fifth of signing. */
export function signedPrefix({ id, timestamp }: SigningInput): string {
  return `${id}.${timestamp}.`;
}
