import { ProblemError, UnavailableError, problemOf } from '@buildwire/contracts';
import { Catch, HttpException, Logger } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

/** What a client should wait before it tries again, in seconds. */
const RETRY_AFTER = '2';
const BY_FASTIFY_CODE: Record<string, ProblemError> = {
  FST_ERR_CTP_BODY_TOO_LARGE: new ProblemError('too_large'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: new ProblemError('unsupported_media_type'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: new ProblemError('invalid_request', 'the content-length header does not match the body'),
};

/** The problem that any error means to a caller. What is not the caller's business stays hidden. */
export function toProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof UnavailableError) return new ProblemError(`${error.dependency}_unavailable`, error.message, [], { cause: error });
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? BY_FASTIFY_CODE[error.code] : undefined;
  if (code !== undefined) return code;
  if (error instanceof HttpException && error.getStatus() === 404) return new ProblemError('not_found', 'no such route');
  if (isBadRequest(error)) return new ProblemError('invalid_request', error.message);
  return new ProblemError('internal', undefined, [], { cause: error });
}

/** Answers every error as RFC 9457 problem details. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');

  catch(error: unknown, host: ArgumentsHost): void {
    const problem = problemOf(toProblem(error));
    if (problem.code === 'internal') this.logger.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (problem.status === 503) void reply.header('retry-after', RETRY_AFTER);
    if (problem.status === 401) void reply.header('www-authenticate', 'Bearer');
    void reply.status(problem.status).header('content-type', 'application/problem+json').send(problem);
  }
}

/** What Fastify itself refuses, such as a malformed URL. */
function isBadRequest(error: unknown): error is Error {
  return error instanceof Error && 'statusCode' in error && error.statusCode === 400;
}
