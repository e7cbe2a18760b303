import { ProblemError } from '@buildwire/contracts';
import { Injectable, createParamDecorator } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** Whose a key is. Throws an `UnavailableError` if it cannot tell. */
export abstract class ApiKeyLookup {
  abstract organizationOf(key: string): Promise<string | undefined>;
}

interface Authenticated {
  organizationId?: string;
}

/** The key of an `Authorization: Bearer` header. Throws `unauthorized` if there is none. */
export function bearerOf(header: string | undefined): string {
  const [, key] = /^Bearer +([\x21-\x7e]{1,500})$/i.exec(header ?? '') ?? [];
  if (key === undefined) throw new ProblemError('unauthorized', 'send the API key as "Authorization: Bearer bw_…"');
  return key;
}

/** The organization that a header's key belongs to. */
export async function authenticate(lookup: ApiKeyLookup, header: string | undefined): Promise<string> {
  const organizationId = await lookup.organizationOf(bearerOf(header));
  if (organizationId === undefined) throw new ProblemError('unauthorized', 'this API key is not known, or was revoked');
  return organizationId;
}

/** Lets a request in that bears a valid key, and notes whose it is. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(private readonly lookup: ApiKeyLookup) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest & Authenticated>();
    request.organizationId = await authenticate(this.lookup, request.headers.authorization);
    return true;
  }
}

/** The organization whose key the request bears, as `ApiKeyGuard` found it. */
export const Organization = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const { organizationId } = context.switchToHttp().getRequest<Authenticated>();
  if (organizationId === undefined) throw new Error('the route lacks ApiKeyGuard');
  return organizationId;
});
