import { Module } from '@nestjs/common';
import { StatusController } from './status.controller.ts';

@Module({ controllers: [StatusController] })
export class SystemModule {}
