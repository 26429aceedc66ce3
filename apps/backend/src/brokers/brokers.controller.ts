import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { brokerMoveListQuerySchema, brokerMovePageSchema, moveBrokerRequestSchema, moveBrokerResultSchema } from '@kanade/contracts';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import { Operation } from '../http/operation.decorator.ts';
import { CurrentPrincipal } from '../http/principal.decorator.ts';
import { ListBrokerMovesQuery } from './list-broker-moves.query.ts';
import { MoveBrokerCommand } from './move-broker.command.ts';
import type { MoveBrokerRequest } from './move-broker.command.ts';

@ApiTags('broker')
@Controller('api/v1/broker/moves')
export class BrokersController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Post()
  @Operation({
    id: 'moveBroker',
    needs: 'broker:manage',
    summary: 'Have all endpoints, or one, reach the broker at other addresses or by another authority; each keeps its old way until the new one has answered.',
    status: 202,
    answer: moveBrokerResultSchema,
    answerText: 'It is ordered; the list of moves shows how far each endpoint is.',
    problems: ['not-found', 'conflict', 'read-behind', 'storage-full', 'unsupported-media-type', 'too-large'],
  })
  move(@CurrentPrincipal() principal: Principal, @Body({ schema: moveBrokerRequestSchema }) request: MoveBrokerRequest) {
    return this.commands.execute(new MoveBrokerCommand(principal, request));
  }

  @Get()
  @Operation({
    id: 'listBrokerMoves',
    needs: 'broker:manage',
    summary: 'How far each endpoint is with the newest move that concerns it; none before the first move.',
    answer: brokerMovePageSchema,
    answerText: 'A page of endpoints, and how many there are in each state.',
    problems: ['position-unknown', 'past-trimmed', 'read-behind'],
  })
  list(@CurrentPrincipal() principal: Principal, @Query({ schema: brokerMoveListQuerySchema }) query: z.infer<typeof brokerMoveListQuerySchema>) {
    return this.queries.execute(new ListBrokerMovesQuery(principal, query));
  }
}
