import { z } from 'zod';

/** Who says what a code means: in the type of a problem, and the domain of a `google.rpc.ErrorInfo`. */
export const PROBLEM_DOMAIN = 'buildwire.dev';

/** Every error code of the API: HTTP status, the title, and the gRPC status code that means the same. */
export const problems = {
  malformed_json: { status: 400, title: 'The body is not usable JSON', grpc: 3 },
  invalid_request: { status: 400, title: 'The request is not valid', grpc: 3 },
  unknown_event_type: { status: 400, title: 'There is no such event type', grpc: 3 },
  invalid_cursor: { status: 400, title: 'The cursor is not one of ours, or belongs to another list', grpc: 3 },
  unauthorized: { status: 401, title: 'The API key is missing or not valid', grpc: 16 },
  not_found: { status: 404, title: 'There is no such thing', grpc: 5 },
  gone: { status: 410, title: 'It is no longer there', grpc: 5 },
  webhook_gone: { status: 409, title: 'The webhook was deleted or is not active', grpc: 9 },
  too_large: { status: 413, title: 'The body is too large', grpc: 8 },
  unsupported_media_type: { status: 415, title: 'The content type must be application/json', grpc: 3 },
  loop: { status: 508, title: 'The request comes from a webhook', grpc: 9 },
  origin_unavailable: { status: 502, title: 'The artifact cannot be had from where it is kept', grpc: 9 },
  busy: { status: 503, title: 'Buildwire takes no more at the moment; try again', grpc: 14 },
  broker_unavailable: { status: 503, title: 'NATS, or a service behind it, does not answer; try again', grpc: 14 },
  database_unavailable: { status: 503, title: 'The database does not answer; try again', grpc: 14 },
  internal: { status: 500, title: 'Something broke on our side', grpc: 13 },
} as const;

export type ProblemCode = keyof typeof problems;

/** One fault: where it is, as a JSON pointer into the body or the name of a query parameter, and what is wrong. */
export const fault = z.object({ pointer: z.string(), detail: z.string() }).meta({ id: 'Fault' });
export type Fault = z.output<typeof fault>;

/** RFC 9457 problem details. */
export const problem = z
  .object({
    type: z.string().meta({ examples: ['https://buildwire.dev/problems/invalid_request'] }),
    title: z.string(),
    status: z.number().int(),
    code: z.enum(Object.keys(problems) as [ProblemCode, ...ProblemCode[]]),
    detail: z.string().optional(),
    errors: z.array(fault).optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.output<typeof problem>;

/** Thrown anywhere below a transport; each transport turns it into its own kind of answer. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';

  constructor(
    readonly code: ProblemCode,
    readonly detail?: string,
    readonly faults: readonly Fault[] = [],
    options?: ErrorOptions,
  ) {
    super(detail ?? problems[code].title, options);
  }
}

/** The problem document of an error. */
export function problemOf({ code, detail, faults }: ProblemError): Problem {
  const { status, title } = problems[code];
  return {
    type: `https://${PROBLEM_DOMAIN}/problems/${code}`,
    title,
    status,
    code,
    ...(detail === undefined ? {} : { detail }),
    ...(faults.length === 0 ? {} : { errors: [...faults] }),
  };
}
