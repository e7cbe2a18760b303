/** A request as Express shows it to a receiver. */
export interface ReceivedRequest {
  headers: Record<string, string | undefined>;
  body: string;
  rawBody: Buffer;
  get(name: string): string | undefined;
}

/** What a receiver answered. */
export interface ReceivedAnswer {
  statusCode: number;
  body: string;
}

/** The request that arrives when these headers and this body are sent. */
export function received(headers: readonly [name: string, value: string][], body: Buffer): ReceivedRequest {
  const lowerCased = Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
  return { headers: lowerCased, body: body.toString('utf8'), rawBody: body, get: (name) => lowerCased[name.toLowerCase()] };
}
