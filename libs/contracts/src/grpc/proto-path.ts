import { fileURLToPath } from 'node:url';

/** The package and the service by which producers publish, as the proto file names them. */
export const EVENTS_PACKAGE = 'buildwire.events.v1';
export const EVENT_INGESTION = `${EVENTS_PACKAGE}.EventIngestion`;

export interface ProtoPath {
  /** What the proto files import is found here. */
  includeDir: string;
  /** The service `buildwire.events.v1.EventIngestion`. */
  events: string;
  /** `google.rpc.Status` and its details, for `grpc-status-details-bin`. */
  status: string;
  errorDetails: string;
}

/** Where the proto files are, as absolute paths. */
export function protoPath(): ProtoPath {
  const of = (path: string) => fileURLToPath(new URL(`../../proto/${path}`, import.meta.url));
  return {
    includeDir: of(''),
    events: of('buildwire/events/v1/events.proto'),
    status: of('google/rpc/status.proto'),
    errorDetails: of('google/rpc/error_details.proto'),
  };
}
