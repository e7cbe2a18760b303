import { PROBLEM_DOMAIN, problems, protoPath } from '@buildwire/contracts';
import type { Problem } from '@buildwire/contracts';
import { problemFrom } from '@buildwire/service-runtime';
import { Metadata, status } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

/** What a client should wait before it tries again. */
const RETRY_SECONDS = 2;

/** What grpc-js sends for a call that fails. */
export interface GrpcFailure {
  code: status;
  details: string;
  metadata: Metadata;
}

type Message = MessageTypeDefinition<object, object>;
const { status: statusProto, errorDetails, includeDir } = protoPath();
const types = loadSync([statusProto, errorDetails], { includeDirs: [includeDir] });

/** An error as a gRPC status with `google.rpc` details: the code, every fault of the request, and when to try again. */
export function toGrpcFailure(error: unknown): GrpcFailure {
  const problem = problemFrom(error);
  const code: status = problems[problem.code].grpc;
  const metadata = new Metadata();
  const message = problem.detail ?? problem.title;
  metadata.set('grpc-status-details-bin', encode('google.rpc.Status', { code, message, details: detailsOf(problem) }));
  return { code, details: message, metadata };
}

function detailsOf({ code, status: httpStatus, errors }: Problem): object[] {
  const violations = errors?.map(({ pointer, detail }) => ({ field: pointer, description: detail }));
  return [
    any('google.rpc.ErrorInfo', { reason: code, domain: PROBLEM_DOMAIN }),
    ...(violations === undefined ? [] : [any('google.rpc.BadRequest', { fieldViolations: violations })]),
    ...(httpStatus === 503 ? [any('google.rpc.RetryInfo', { retryDelay: { seconds: RETRY_SECONDS } })] : []),
  ];
}

function any(type: string, value: object): object {
  return { type_url: `type.googleapis.com/${type}`, value: encode(type, value) };
}

function encode(type: string, value: object): Buffer {
  return (types[type] as Message).serialize(value);
}
