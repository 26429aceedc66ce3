import { Controller, Get } from '@nestjs/common';
import { systemStatusSchema } from '@kanade/contracts';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { Principal } from '../accounts/principal.ts';
import { Operation } from '../http/operation.decorator.ts';
import { CurrentPrincipal } from '../http/principal.decorator.ts';
import { GetStatusQuery } from './get-status.query.ts';

@ApiTags('system')
@Controller('api/v1/status')
export class StatusController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @Operation({ id: 'getStatus', needs: 'system:read', summary: 'How the backend is, part by part.', answer: systemStatusSchema, answerText: 'The status.' })
  get(@CurrentPrincipal() principal: Principal) {
    return this.queries.execute(new GetStatusQuery(principal));
  }
}
