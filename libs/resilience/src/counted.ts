/**
 * What one attempt says about an endpoint: `failure` counts toward opening its circuit and `success` against it;
 * `alive` (it answered, but refused) counts neither way and closes a half-open circuit; `neither` says nothing at all.
 */
export type Counts = 'failure' | 'success' | 'alive' | 'neither';

/** The value of an attempt with what it says about the endpoint. */
export interface Counted<T> {
  counts: Counts;
  value: T;
}

/**
 * What an HTTP answer says: 5xx is a failure and 2xx a success. 429 is neither: it asks for less, which is no reason to
 * send more. Any other answer shows an endpoint that is up and refuses this request. Source: reliability.md 3.4.
 */
export function countsOfStatus(statusCode: number): Counts {
  if (statusCode >= 500) return 'failure';
  if (statusCode === 429) return 'neither';
  if (statusCode >= 200 && statusCode < 300) return 'success';
  return 'alive';
}
