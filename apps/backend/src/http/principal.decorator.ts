import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { Principal } from '../accounts/principal.ts';
import { principalOf } from './request-context.ts';

/** The principal of the request, put there by the guard. */
export const CurrentPrincipal = createParamDecorator(
  (_data: unknown, context: ExecutionContext): Principal => principalOf(context.switchToHttp().getRequest()),
);
