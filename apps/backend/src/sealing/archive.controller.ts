import { Body, Controller, Get, Post } from '@nestjs/common';
import { archiveReportSchema, archiveSchema, archiveSealedViewSchema, sealArchiveSchema } from '@kanade/contracts';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { Principal } from '../accounts/principal.ts';
import { Operation } from '../http/operation.decorator.ts';
import { CurrentPrincipal } from '../http/principal.decorator.ts';
import { GetArchiveQuery } from './get-archive.query.ts';
import { SealArchiveCommand } from './seal-archive.command.ts';
import type { SealArchive } from './seal-archive.command.ts';
import { VerifyArchiveQuery } from './verify-archive.query.ts';

@ApiTags('archive')
@Controller('api/v1/archive')
export class ArchiveController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @Operation({
    id: 'getArchive',
    needs: 'system:read',
    summary: 'What the archive of the record holds, its seals, and what the broker’s stream still holds.',
    answer: archiveSchema,
    answerText: 'The archive.',
    problems: ['conflict'],
  })
  get() {
    return this.queries.execute(new GetArchiveQuery());
  }

  @Get('verification')
  @Operation({
    id: 'verifyArchive',
    needs: 'audit:read',
    summary: 'Read the archive whole, hold every event against what was verified, and look whether its seals hold; answers when that is done.',
    answer: archiveReportSchema,
    answerText: 'What was found.',
    problems: ['conflict', 'read-behind'],
  })
  verify() {
    return this.queries.execute(new VerifyArchiveQuery());
  }

  @Post('seals')
  @Operation({
    id: 'sealArchive',
    needs: 'archive:seal',
    summary: 'Verify the beginning of the record in the archive and countersign its manifest: from then on an administrator may drop it from the broker.',
    status: 201,
    answer: archiveSealedViewSchema,
    answerText: 'The seal.',
    problems: ['conflict', 'position-unknown', 'read-behind', 'storage-full'],
  })
  seal(@CurrentPrincipal() principal: Principal, @Body({ schema: sealArchiveSchema }) wanted: SealArchive) {
    return this.commands.execute(new SealArchiveCommand(principal, wanted));
  }
}
