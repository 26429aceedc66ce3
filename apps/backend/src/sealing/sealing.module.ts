import { Module } from '@nestjs/common';
import { CheckpointsModule } from '../checkpoints/checkpoints.module.ts';
import { ArchiveController } from './archive.controller.ts';
import { ArchiveExaminer } from './archive-examiner.ts';
import { GetArchiveHandler } from './get-archive.query.ts';
import { SealArchiveHandler } from './seal-archive.handler.ts';
import { VerifyArchiveHandler } from './verify-archive.query.ts';

@Module({ imports: [CheckpointsModule], controllers: [ArchiveController], providers: [ArchiveExaminer, GetArchiveHandler, SealArchiveHandler, VerifyArchiveHandler] })
export class SealingModule {}
