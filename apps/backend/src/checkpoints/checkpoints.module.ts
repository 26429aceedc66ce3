import { Module } from '@nestjs/common';
import { CheckpointKeeper } from './checkpoint-keeper.ts';
import { CheckpointsController } from './checkpoints.controller.ts';
import { GetConsistencyHandler } from './get-consistency.query.ts';
import { GetLatestCheckpointHandler } from './get-latest-checkpoint.query.ts';
import { ListCheckpointsHandler } from './list-checkpoints.query.ts';

@Module({
  controllers: [CheckpointsController],
  providers: [CheckpointKeeper, GetConsistencyHandler, GetLatestCheckpointHandler, ListCheckpointsHandler],
  exports: [CheckpointKeeper],
})
export class CheckpointsModule {}
