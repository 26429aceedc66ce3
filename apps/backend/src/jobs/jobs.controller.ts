import { Body, Controller, Get, Param, Put, Query } from '@nestjs/common';
import {
  applyJobRequestSchema, applyJobResultSchema, detailQuerySchema, jobDetailSchema, jobIdSchema, jobListQuerySchema, jobPageSchema,
} from '@kanade/contracts';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import { Operation } from '../http/operation.decorator.ts';
import { CurrentPrincipal } from '../http/principal.decorator.ts';
import { ApplyJobCommand } from './apply-job.command.ts';
import { GetJobQuery } from './get-job.query.ts';
import { ListJobsQuery } from './list-jobs.query.ts';

@ApiTags('jobs')
@Controller('api/v1/jobs')
export class JobsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @Operation({
    id: 'listJobs',
    needs: 'fleet:read',
    summary: 'Registered jobs, by id.',
    answer: jobPageSchema,
    answerText: 'A page of jobs.',
    problems: ['position-unknown', 'past-trimmed', 'read-behind'],
  })
  list(@CurrentPrincipal() principal: Principal, @Query({ schema: jobListQuerySchema }) query: z.infer<typeof jobListQuerySchema>) {
    return this.queries.execute(new ListJobsQuery(principal, query));
  }

  @Get(':jobId')
  @Operation({
    id: 'getJob',
    needs: 'fleet:read',
    summary: 'One job with its script and its versions.',
    answer: jobDetailSchema,
    answerText: 'The job.',
    problems: ['not-found', 'position-unknown', 'past-trimmed', 'read-behind'],
  })
  get(
    @CurrentPrincipal() principal: Principal,
    @Param('jobId', { schema: jobIdSchema }) jobId: string,
    @Query({ schema: detailQuerySchema }) query: z.infer<typeof detailQuerySchema>,
  ) {
    return this.queries.execute(new GetJobQuery(principal, { jobId, ...query }));
  }

  @Put(':jobId')
  @Operation({
    id: 'applyJob',
    needs: 'job:write',
    summary: 'Register a job, or a new version of it; the same again changes nothing.',
    answer: applyJobResultSchema,
    answerText: 'What it came to.',
    problems: ['job-version-conflict', 'conflict', 'too-large', 'unsupported-media-type', 'storage-full'],
  })
  apply(
    @CurrentPrincipal() principal: Principal,
    @Param('jobId', { schema: jobIdSchema }) jobId: string,
    @Body({ schema: applyJobRequestSchema }) request: z.infer<typeof applyJobRequestSchema>,
  ) {
    return this.commands.execute(new ApplyJobCommand(principal, jobId, request));
  }
}
