import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { RecordGuard } from './archive/record-guard.ts';
import { Broker } from './broker/broker.ts';
import { Clock } from './clock.ts';
import { Config } from './config/config.ts';
import { ControlLog } from './history/control-log.ts';
import { FoldAccess } from './history/fold-access.ts';
import { Leader } from './leader/leader.ts';
import { Log } from './log.ts';
import { ReadSideModule } from './read-side.module.ts';
import { Disk } from './system/disk.ts';

/** What the process was started with. */
export interface CoreOptions {
  readonly config: Config;
  readonly log: Log;
  /** The real time unless a test has its own. */
  readonly clock?: Clock;
}

/** What every slice stands on. */
@Module({})
export class CoreModule {
  static with({ config, log, clock }: CoreOptions): DynamicModule {
    return {
      module: CoreModule,
      global: true,
      imports: [ReadSideModule],
      providers: [
        { provide: Config, useValue: config },
        { provide: Log, useValue: log },
        { provide: Clock, useValue: clock ?? new Clock() },
        Broker, ControlLog, Disk, FoldAccess, Leader, RecordGuard,
      ],
      exports: [Config, Log, Clock, Broker, ControlLog, Disk, FoldAccess, Leader, RecordGuard, ReadSideModule],
    };
  }
}
