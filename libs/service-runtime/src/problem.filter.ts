import { ProblemError, UnavailableError, problemOf } from '@buildwire/contracts';
import type { Problem } from '@buildwire/contracts';
import { Catch, HttpException, Logger } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

const logger = new Logger('Problem');
/** What a client should wait before it tries again, in seconds. */
const RETRY_AFTER = '2';
const UNREADABLE = new ProblemError('invalid_request', 'the request cannot be read as HTTP');
const BY_FASTIFY_CODE: Record<string, ProblemError> = {
  FST_ERR_CTP_BODY_TOO_LARGE: new ProblemError('too_large'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: new ProblemError('unsupported_media_type'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: new ProblemError('invalid_request', 'the content-length header does not match the body'),
  FST_ERR_BAD_URL: new ProblemError('invalid_request', 'the path cannot be decoded'),
  FST_ERR_MAX_PARAM_LENGTH: new ProblemError('not_found'),
};

/** The problem that any error means to a caller. What is not the caller's business stays hidden. */
export function toProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof UnavailableError) return new ProblemError(`${error.dependency}_unavailable`, error.message, [], { cause: error });
  // Nest wraps what Fastify refuses.
  if (error instanceof HttpException && error.cause instanceof Error) return toProblem(error.cause);
  if (error instanceof HttpException && error.getStatus() === 404) return new ProblemError('not_found', 'no such route');
  return refusalOfFastify(error) ?? new ProblemError('internal', undefined, [], { cause: error });
}

/** The answer to an error, whichever layer it comes from. */
export function sendProblem(reply: FastifyReply, problem: Problem): void {
  if (problem.status === 503) void reply.header('retry-after', RETRY_AFTER);
  if (problem.status === 401) void reply.header('www-authenticate', 'Bearer');
  void reply.status(problem.status).header('content-type', 'application/problem+json').send(problem);
}

/** The document that tells a caller of any error. What nobody expected is logged, and only there told in full. */
export function problemFrom(error: unknown): Problem {
  const problem = problemOf(toProblem(error));
  if (problem.code === 'internal') logger.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return problem;
}

/** Answers every error as RFC 9457 problem details. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    sendProblem(host.switchToHttp().getResponse<FastifyReply>(), problemFrom(error));
  }
}

function refusalOfFastify(error: unknown): ProblemError | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  const isCallersFault = error.code.startsWith('FST_') && 'statusCode' in error && error.statusCode === 400;
  return BY_FASTIFY_CODE[error.code] ?? (isCallersFault ? UNREADABLE : undefined);
}
