import { Body, Controller, Delete, Get, Param, Put, Query } from '@nestjs/common';
import { acceptedSchema, secretListQuerySchema, secretNameSchema, secretPageSchema, setSecretRequestSchema } from '@kanade/contracts';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import { Operation } from '../http/operation.decorator.ts';
import { CurrentPrincipal } from '../http/principal.decorator.ts';
import { ListSecretsQuery } from './list-secrets.query.ts';
import { DeleteSecretCommand, SetSecretCommand } from './secret.commands.ts';

@ApiTags('secrets')
@Controller('api/v1/secrets')
export class SecretsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @Operation({
    id: 'listSecrets',
    needs: 'fleet:read',
    summary: 'Secrets of jobs, by name: for which sites, since when, who uses them; never their values.',
    answer: secretPageSchema,
    answerText: 'A page of secrets.',
    problems: ['position-unknown', 'past-trimmed', 'read-behind'],
  })
  list(@CurrentPrincipal() principal: Principal, @Query({ schema: secretListQuerySchema }) query: z.infer<typeof secretListQuerySchema>) {
    return this.queries.execute(new ListSecretsQuery(principal, query));
  }

  @Put(':name')
  @Operation({
    id: 'setSecret',
    needs: 'secret:write',
    summary: 'Give a secret a value, which nothing ever shows again.',
    answer: acceptedSchema,
    answerText: 'Runs dispatched from here on get the value.',
    problems: ['conflict', 'too-large', 'unsupported-media-type', 'storage-full'],
  })
  set(
    @CurrentPrincipal() principal: Principal,
    @Param('name', { schema: secretNameSchema }) name: string,
    @Body({ schema: setSecretRequestSchema }) request: z.infer<typeof setSecretRequestSchema>,
  ) {
    return this.commands.execute(new SetSecretCommand(principal, name, request));
  }

  @Delete(':name')
  @Operation({
    id: 'deleteSecret',
    needs: 'secret:write',
    summary: 'Delete a secret and purge its value.',
    answer: acceptedSchema,
    answerText: 'It is gone; jobs that refer to it cannot run.',
    problems: ['not-found', 'conflict', 'storage-full'],
  })
  delete(@CurrentPrincipal() principal: Principal, @Param('name', { schema: secretNameSchema }) name: string) {
    return this.commands.execute(new DeleteSecretCommand(principal, name));
  }
}
