import { ProblemError } from '@buildwire/contracts';
import type { PackageDefinition } from '@grpc/proto-loader';

/** Stands in for a request that is no protobuf message of its type, or one that nests too deep. */
export interface UnreadableRequest {
  unreadable?: string;
}

/**
 * grpc-js ends a call whose request it cannot decode with INTERNAL: that blames us, and invites to try again. So what is
 * wrong goes on to the controller, which answers like to any other wrong request.
 */
export function passOnUnreadable(definition: PackageDefinition, service: string): void {
  for (const method of Object.values(definition[service] ?? {})) {
    const { requestDeserialize } = method;
    method.requestDeserialize = (bytes: Buffer): object => {
      try {
        return requestDeserialize(bytes);
      } catch (error) {
        return { unreadable: error instanceof Error ? error.message : String(error) } satisfies UnreadableRequest;
      }
    };
  }
}

/** Throws a `ProblemError` for a request that could not be decoded. */
export function refuseUnreadable({ unreadable }: UnreadableRequest): void {
  if (unreadable !== undefined) throw new ProblemError('invalid_request', undefined, [{ pointer: '', detail: `cannot be decoded: ${unreadable}` }]);
}
