import { Controller, Get, Param, Post, Query } from '@nestjs/common';
import {
  poisonDetailQuerySchema, poisonDetailSchema, poisonListQuerySchema, poisonPageSchema, positionSchema, readModelStatusSchema, rebuildStartedSchema,
} from '@kanade/contracts';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import { Operation } from '../http/operation.decorator.ts';
import { CurrentPrincipal } from '../http/principal.decorator.ts';
import { GetPoisonQuery } from './get-poison.query.ts';
import { GetReadModelQuery } from './get-read-model.query.ts';
import { ListPoisonQuery } from './list-poison.query.ts';
import { StartRebuildCommand } from './start-rebuild.command.ts';

@ApiTags('read-model')
@Controller('api/v1/read-model')
export class ReadModelController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @Operation({
    id: 'getReadModel',
    needs: 'system:read',
    summary: 'Which read model answers here, what it lacks, and how far one is that is built in its place.',
    answer: readModelStatusSchema,
    answerText: 'The read model of this replica.',
    problems: ['read-behind'],
  })
  get(@CurrentPrincipal() principal: Principal) {
    return this.queries.execute(new GetReadModelQuery(principal));
  }

  @Post('rebuilds')
  @Operation({
    id: 'rebuildReadModel',
    needs: 'read-model:manage',
    summary: 'Build the read model anew from the whole history, beside the one that answers; every replica does.',
    status: 202,
    answer: rebuildStartedSchema,
    answerText: 'It is being built; the read model’s status shows how far it is.',
    problems: ['conflict', 'read-behind', 'storage-full'],
  })
  rebuild(@CurrentPrincipal() principal: Principal) {
    return this.commands.execute(new StartRebuildCommand(principal, 'asked'));
  }

  @Get('poison')
  @Operation({
    id: 'listPoison',
    needs: 'system:read',
    summary: 'Messages that could not be folded, oldest first.',
    answer: poisonPageSchema,
    answerText: 'A page of them.',
    problems: ['position-unknown', 'past-trimmed', 'read-behind'],
  })
  listPoison(@CurrentPrincipal() principal: Principal, @Query({ schema: poisonListQuerySchema }) query: z.infer<typeof poisonListQuerySchema>) {
    return this.queries.execute(new ListPoisonQuery(principal, query));
  }

  @Post('poison/retries')
  @Operation({
    id: 'retryPoison',
    needs: 'read-model:manage',
    summary: 'Try once more what could not be folded: applied late it would not be a fold, so everything is folded anew, by today’s code.',
    status: 202,
    answer: rebuildStartedSchema,
    answerText: 'It is being built; what is still poison then is listed as before.',
    problems: ['conflict', 'read-behind', 'storage-full'],
  })
  retry(@CurrentPrincipal() principal: Principal) {
    return this.commands.execute(new StartRebuildCommand(principal, 'poison'));
  }

  @Get('poison/:position')
  @Operation({
    id: 'getPoison',
    needs: 'system:read',
    summary: 'One message that could not be folded, with its first bytes.',
    answer: poisonDetailSchema,
    answerText: 'The message.',
    problems: ['not-found', 'read-behind'],
  })
  getPoison(
    @CurrentPrincipal() principal: Principal,
    @Param('position', { schema: positionSchema }) position: string,
    @Query({ schema: poisonDetailQuerySchema }) { stream }: z.infer<typeof poisonDetailQuerySchema>,
  ) {
    return this.queries.execute(new GetPoisonQuery(principal, { position, stream }));
  }
}
