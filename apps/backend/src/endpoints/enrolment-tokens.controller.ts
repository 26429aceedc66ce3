import { Body, Controller, Post } from '@nestjs/common';
import { createEnrolmentTokenRequestSchema, createEnrolmentTokenResultSchema } from '@kanade/contracts';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import { IdempotencyKey, Idempotent } from '../http/idempotency-key.decorator.ts';
import { Operation } from '../http/operation.decorator.ts';
import { CurrentPrincipal } from '../http/principal.decorator.ts';
import { CreateEnrolmentTokenCommand } from './create-enrolment-token.command.ts';

@ApiTags('endpoints')
@Controller('api/v1/enrolment-tokens')
export class EnrolmentTokensController {
  constructor(private readonly commands: CommandBus) {}

  @Post()
  @Idempotent()
  @Operation({
    id: 'createEnrolmentToken',
    summary: 'Make a token with which new endpoints enrol; it is shown once.',
    status: 201,
    answer: createEnrolmentTokenResultSchema,
    answerText: 'The token.',
    problems: ['idempotency-conflict', 'storage-full', 'unsupported-media-type', 'too-large'],
  })
  create(
    @CurrentPrincipal() principal: Principal,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @Body({ schema: createEnrolmentTokenRequestSchema }) request: z.infer<typeof createEnrolmentTokenRequestSchema>,
  ) {
    return this.commands.execute(new CreateEnrolmentTokenCommand(principal, request, idempotencyKey));
  }
}
