import { Body, Controller, Param, Post } from '@nestjs/common';
import { acceptedSchema, endpointIdSchema, eraseEndpointRequestSchema, eraseOutputRequestSchema, executionIdSchema } from '@kanade/contracts';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import { Operation } from '../http/operation.decorator.ts';
import { CurrentPrincipal } from '../http/principal.decorator.ts';
import { EraseEndpointCommand, EraseOutputCommand } from './erasure.commands.ts';

@ApiTags('erasure')
@Controller('api/v1')
export class ErasureController {
  constructor(private readonly commands: CommandBus) {}

  @Post('executions/:executionId/erase-output')
  @Operation({
    id: 'eraseOutput',
    needs: 'data:erase',
    summary: 'Erase what runs printed, for good, and whatever of it still comes; of a whole execution also what it executed.',
    status: 202,
    answer: acceptedSchema,
    answerText: 'It is recorded; it is gone from every stream and table within seconds.',
    problems: ['not-found', 'conflict', 'too-large', 'unsupported-media-type', 'storage-full'],
  })
  output(
    @CurrentPrincipal() principal: Principal,
    @Param('executionId', { schema: executionIdSchema }) executionId: string,
    @Body({ schema: eraseOutputRequestSchema }) { runIds, reason }: z.infer<typeof eraseOutputRequestSchema>,
  ) {
    return this.commands.execute(new EraseOutputCommand(principal, executionId, runIds, reason));
  }

  @Post('endpoints/:endpointId/erase')
  @Operation({
    id: 'eraseEndpoint',
    needs: 'data:erase',
    summary: 'Erase a retired endpoint’s data: output of its runs, inventory, samples and names.',
    status: 202,
    answer: acceptedSchema,
    answerText: 'It is recorded; it is gone from every erasable stream and every table within seconds.',
    problems: ['not-found', 'endpoint-not-retired', 'conflict', 'too-large', 'unsupported-media-type', 'storage-full'],
  })
  endpoint(
    @CurrentPrincipal() principal: Principal,
    @Param('endpointId', { schema: endpointIdSchema }) endpointId: string,
    @Body({ schema: eraseEndpointRequestSchema }) { reason }: z.infer<typeof eraseEndpointRequestSchema>,
  ) {
    return this.commands.execute(new EraseEndpointCommand(principal, endpointId, reason));
  }
}
