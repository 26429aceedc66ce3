import { Body, Controller, Get, Param, Post, Query, Req } from '@nestjs/common';
import {
  acceptedSchema, cancelExecutionRequestSchema, createExecutionRequestSchema, createExecutionResultSchema, denyExecutionRequestSchema, detailQuerySchema, executionDetailSchema,
  executionIdSchema, executionListQuerySchema, executionPageSchema, runResultListQuerySchema, runResultPageSchema,
} from '@kanade/contracts';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import { IdempotencyKey, Idempotent } from '../http/idempotency-key.decorator.ts';
import { Operation } from '../http/operation.decorator.ts';
import { originOf } from '../http/origin.ts';
import { CurrentPrincipal } from '../http/principal.decorator.ts';
import { identityOf, personOf } from '../http/request-context.ts';
import { ApproveExecutionCommand, DenyExecutionCommand } from './approval.commands.ts';
import { CancelExecutionCommand } from './cancel-execution.command.ts';
import { CreateExecutionCommand } from './create-execution.command.ts';
import { GetExecutionQuery } from './get-execution.query.ts';
import { ListExecutionResultsQuery } from './list-execution-results.query.ts';
import { ListExecutionsQuery } from './list-executions.query.ts';

@ApiTags('executions')
@Controller('api/v1/executions')
export class ExecutionsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Post()
  @Idempotent()
  @Operation({
    id: 'createExecution',
    needs: 'run',
    summary: 'Run a job or a script on endpoints; the targets are frozen now.',
    status: 201,
    answer: createExecutionResultSchema,
    answerText: 'The execution.',
    problems: ['not-found', 'no-targets', 'confirmation-required', 'second-factor-failed', 'too-many-attempts', 'idempotency-conflict', 'read-behind', 'too-large', 'unsupported-media-type', 'storage-full'],
  })
  create(
    @Req() http: FastifyRequest,
    @CurrentPrincipal() principal: Principal,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @Body({ schema: createExecutionRequestSchema }) request: z.infer<typeof createExecutionRequestSchema>,
  ) {
    const { accountId, provedAt } = identityOf(http);
    return this.commands.execute(new CreateExecutionCommand(principal, { accountId, provedAt, origin: originOf(http) }, request, idempotencyKey));
  }

  @Get()
  @Operation({
    id: 'listExecutions',
    needs: 'fleet:read',
    summary: 'Executions, newest first.',
    answer: executionPageSchema,
    answerText: 'A page of executions.',
    problems: ['position-unknown', 'past-trimmed', 'read-behind'],
  })
  list(@CurrentPrincipal() principal: Principal, @Query({ schema: executionListQuerySchema }) query: z.infer<typeof executionListQuerySchema>) {
    return this.queries.execute(new ListExecutionsQuery(principal, query));
  }

  @Get(':executionId')
  @Operation({
    id: 'getExecution',
    needs: 'fleet:read',
    summary: 'One execution with what it executes.',
    answer: executionDetailSchema,
    answerText: 'The execution.',
    problems: ['not-found', 'position-unknown', 'past-trimmed', 'read-behind'],
  })
  get(
    @CurrentPrincipal() principal: Principal,
    @Param('executionId', { schema: executionIdSchema }) executionId: string,
    @Query({ schema: detailQuerySchema }) query: z.infer<typeof detailQuerySchema>,
  ) {
    return this.queries.execute(new GetExecutionQuery(principal, { executionId, ...query }));
  }

  @Get(':executionId/results')
  @Operation({
    id: 'listExecutionResults',
    needs: 'fleet:read',
    summary: 'The runs of an execution with the beginning of their output.',
    answer: runResultPageSchema,
    answerText: 'A page of runs.',
    problems: ['not-found', 'position-unknown', 'past-trimmed', 'read-behind'],
  })
  results(
    @CurrentPrincipal() principal: Principal,
    @Param('executionId', { schema: executionIdSchema }) executionId: string,
    @Query({ schema: runResultListQuerySchema }) query: z.infer<typeof runResultListQuerySchema>,
  ) {
    return this.queries.execute(new ListExecutionResultsQuery(principal, { executionId, ...query }));
  }

  @Post(':executionId/approve')
  @Operation({
    id: 'approveExecution',
    needs: 'run',
    summary: 'Let an execution run that waits for an approval; whoever asked for it cannot, nor who may not run on all of its endpoints.',
    status: 202,
    answer: acceptedSchema,
    answerText: 'It is recorded; the runs are sent soon.',
    problems: ['not-found', 'own-approval', 'approval-ended', 'conflict', 'read-behind', 'storage-full'],
  })
  approve(@Req() http: FastifyRequest, @CurrentPrincipal() principal: Principal, @Param('executionId', { schema: executionIdSchema }) executionId: string) {
    return this.commands.execute(new ApproveExecutionCommand(principal, personOf(http).accountId, executionId));
  }

  @Post(':executionId/deny')
  @Operation({
    id: 'denyExecution',
    needs: 'run',
    summary: 'Say no to an execution that waits for an approval; it never runs.',
    status: 202,
    answer: acceptedSchema,
    answerText: 'It is recorded; the runs are cancelled.',
    problems: ['not-found', 'approval-ended', 'conflict', 'read-behind', 'too-large', 'unsupported-media-type', 'storage-full'],
  })
  deny(
    @Req() http: FastifyRequest,
    @CurrentPrincipal() principal: Principal,
    @Param('executionId', { schema: executionIdSchema }) executionId: string,
    @Body({ schema: denyExecutionRequestSchema }) { reason }: z.infer<typeof denyExecutionRequestSchema>,
  ) {
    personOf(http);
    return this.commands.execute(new DenyExecutionCommand(principal, executionId, reason ?? null));
  }

  @Post(':executionId/cancel')
  @Operation({
    id: 'cancelExecution',
    needs: 'run',
    summary: 'End an execution: runs that wait never start, runs that go on are stopped.',
    status: 202,
    answer: acceptedSchema,
    answerText: 'The request is recorded; the runs end soon.',
    problems: ['not-found', 'execution-ended', 'conflict', 'too-large', 'unsupported-media-type', 'storage-full'],
  })
  cancel(
    @CurrentPrincipal() principal: Principal,
    @Param('executionId', { schema: executionIdSchema }) executionId: string,
    @Body({ schema: cancelExecutionRequestSchema }) request: z.infer<typeof cancelExecutionRequestSchema>,
  ) {
    return this.commands.execute(new CancelExecutionCommand(principal, executionId, request.runIds));
  }
}
