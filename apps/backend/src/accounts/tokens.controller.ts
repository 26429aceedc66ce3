import { Body, Controller, Post, Req } from '@nestjs/common';
import { createTokenRequestSchema, createTokenResultSchema } from '@kanade/contracts';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { originOf } from '../http/origin.ts';
import { Operation } from '../http/operation.decorator.ts';
import { CreateTokenCommand } from './create-token.command.ts';

@ApiTags('accounts')
@Controller('api/v1/tokens')
export class TokensController {
  constructor(private readonly commands: CommandBus) {}

  @Post()
  @Operation({
    id: 'createToken',
    summary: 'Make a bearer token with a password, for the CLI; it is shown once.',
    status: 201,
    answer: createTokenResultSchema,
    answerText: 'The token.',
    problems: ['sign-in-failed', 'second-factor-required', 'second-factor-failed', 'too-large', 'unsupported-media-type', 'storage-full'],
    public: true,
  })
  create(@Body({ schema: createTokenRequestSchema }) request: z.infer<typeof createTokenRequestSchema>, @Req() http: FastifyRequest) {
    return this.commands.execute(new CreateTokenCommand(request, originOf(http)));
  }
}
