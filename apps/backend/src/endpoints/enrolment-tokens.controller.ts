import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import {
  acceptedSchema, createEnrolmentTokenRequestSchema, createEnrolmentTokenResultSchema, enrolmentTokenIdSchema, enrolmentTokenListQuerySchema, enrolmentTokenPageSchema,
} from '@kanade/contracts';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import { IdempotencyKey, Idempotent } from '../http/idempotency-key.decorator.ts';
import { Operation } from '../http/operation.decorator.ts';
import { CurrentPrincipal } from '../http/principal.decorator.ts';
import { CreateEnrolmentTokenCommand } from './create-enrolment-token.command.ts';
import { ListEnrolmentTokensQuery } from './list-enrolment-tokens.query.ts';
import { RevokeEnrolmentTokenCommand } from './revoke-enrolment-token.command.ts';

@ApiTags('endpoints')
@Controller('api/v1/enrolment-tokens')
export class EnrolmentTokensController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Post()
  @Idempotent()
  @Operation({
    id: 'createEnrolmentToken',
    needs: 'endpoint:manage',
    summary: 'Make a token with which new endpoints enrol; it is shown once.',
    status: 201,
    answer: createEnrolmentTokenResultSchema,
    answerText: 'The token.',
    problems: ['not-found', 'endpoint-pending', 'idempotency-conflict', 'storage-full', 'unsupported-media-type', 'too-large'],
  })
  create(
    @CurrentPrincipal() principal: Principal,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @Body({ schema: createEnrolmentTokenRequestSchema }) request: z.infer<typeof createEnrolmentTokenRequestSchema>,
  ) {
    return this.commands.execute(new CreateEnrolmentTokenCommand(principal, request, idempotencyKey));
  }

  @Get()
  @Operation({
    id: 'listEnrolmentTokens',
    needs: 'endpoint:manage',
    summary: 'Enrolment tokens, newest first; never the tokens themselves.',
    answer: enrolmentTokenPageSchema,
    answerText: 'A page of enrolment tokens.',
    problems: ['position-unknown', 'past-trimmed', 'read-behind'],
  })
  list(@CurrentPrincipal() principal: Principal, @Query({ schema: enrolmentTokenListQuerySchema }) query: z.infer<typeof enrolmentTokenListQuerySchema>) {
    return this.queries.execute(new ListEnrolmentTokensQuery(principal, query));
  }

  @Post(':tokenId/revoke')
  @Operation({
    id: 'revokeEnrolmentToken',
    needs: 'endpoint:manage',
    summary: 'Let nothing more enrol with a token; what has enrolled stays.',
    answer: acceptedSchema,
    answerText: 'It is of no use any more.',
    problems: ['not-found', 'conflict', 'storage-full'],
  })
  revoke(@CurrentPrincipal() principal: Principal, @Param('tokenId', { schema: enrolmentTokenIdSchema }) tokenId: string) {
    return this.commands.execute(new RevokeEnrolmentTokenCommand(principal, tokenId));
  }
}
