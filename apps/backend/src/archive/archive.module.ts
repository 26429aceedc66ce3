import { Module } from '@nestjs/common';
import { Archiver } from './archiver.ts';
import { RecordLock } from './record-lock.ts';

@Module({ providers: [Archiver, RecordLock], exports: [Archiver, RecordLock] })
export class ArchiveModule {}
