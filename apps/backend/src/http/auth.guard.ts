import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Permission } from '@kanade/contracts';
import type { FastifyRequest } from 'fastify';
import { Authenticator, unproved } from '../accounts/authenticator.ts';
import { sessionCookieName } from '../accounts/session-cookie.ts';
import { DomainError } from '../domain-error.ts';
import { bearerToken } from './bearer.ts';
import { setClaim } from './claims.ts';
import { permitted } from './permitted.ts';
import { publicMetadata } from './public.decorator.ts';
import { needsMetadata } from './needs.decorator.ts';
import { operationMetadata } from './operation.decorator.ts';
import { originOf } from './origin.ts';
import { cameFrom, identityOf, setIdentity } from './request-context.ts';
import { RequestRates } from './request-rates.ts';
import { checkSameOrigin } from './same-origin.ts';

const safeMethods = ['GET', 'HEAD', 'OPTIONS'];

/** Lets nobody in who has not proved who they are, but where a route says that it is for everyone. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authenticator: Authenticator,
    private readonly rates: RequestRates,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const writes = !safeMethods.includes(request.method);
    const operation = this.reflector.get<string | undefined>(operationMetadata, context.getHandler()) ?? 'unknown';
    setClaim(request.raw, { operation, principal: undefined, presented: false });
    if (this.reflector.getAllAndOverride<boolean | undefined>(publicMetadata, [context.getHandler(), context.getClass()]) === true) {
      // Whoever watches over the backend must not take a flood from their own address for its death.
      if (!request.url.startsWith('/health/')) this.rates.count('address', request.ip);
      // Nobody may be signed in by another site either; programs without a browser name no origin.
      if (writes && request.headers.origin !== undefined) checkSameOrigin(request.headers);
      return true;
    }
    const authorization = request.headers.authorization;
    if (authorization !== undefined) await this.byToken(request, operation, authorization);
    else await this.bySession(request, operation, writes);
    this.rates.count('account', identityOf(request).accountId);
    const needed = this.reflector.getAllAndOverride<Permission | undefined>(needsMetadata, [context.getHandler(), context.getClass()]);
    setIdentity(request, permitted(identityOf(request), needed));
    return true;
  }

  /** Strangers are counted by where they come from, and never on account of whoever they say they are. */
  private stranger(request: FastifyRequest, message: string): DomainError {
    this.rates.count('address', request.ip);
    return new DomainError('not-signed-in', message);
  }

  private async byToken(request: FastifyRequest, operation: string, authorization: string): Promise<void> {
    setClaim(request.raw, { operation, principal: undefined, presented: true });
    const { identity, holder } = await this.authenticator.byToken(bearerToken(authorization), request.ip);
    setClaim(request.raw, { operation, principal: holder, presented: true });
    if (identity === undefined) throw this.stranger(request, 'the token is unknown or has expired; make a new one with: kanade login');
    setIdentity(request, cameFrom(identity, originOf(request)));
  }

  private async bySession(request: FastifyRequest, operation: string, writes: boolean): Promise<void> {
    const cookie = request.cookies[sessionCookieName];
    const { identity, holder } = cookie === undefined ? unproved : await this.authenticator.bySession(cookie);
    setClaim(request.raw, { operation, principal: holder, presented: cookie !== undefined });
    if (identity === undefined) throw this.stranger(request, 'sign in first: with a password in the console, or with a token');
    if (writes) checkSameOrigin(request.headers);
    setIdentity(request, cameFrom(identity, originOf(request)));
  }
}
