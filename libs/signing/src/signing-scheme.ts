/** How a request can be signed; a new scheme is one file, one name here and one line in the registry. */
export type SchemeName = 'standard-webhooks';

/** What is signed: the id of the delivery, the unix seconds of the attempt, and the exact bytes sent. */
export interface SigningInput {
  id: string;
  timestamp: number;
  body: Buffer;
}

/** Header pairs for one attempt, in the documented wire casing; several secrets are given newest first. */
export interface SigningScheme {
  name: SchemeName;
  sign(input: SigningInput, secrets: readonly Buffer[]): [name: string, value: string][];
}
