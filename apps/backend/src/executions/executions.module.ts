import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.ts';
import { EndpointsModule } from '../endpoints/endpoints.module.ts';
import { SecretsModule } from '../secrets/secrets.module.ts';
import { ApprovalKeeper } from './approval-keeper.ts';
import { ApproveExecutionHandler } from './approve-execution.handler.ts';
import { CancelExecutionHandler } from './cancel-execution.handler.ts';
import { Canceller } from './canceller.ts';
import { CommandCleaner } from './command-cleaner.ts';
import { CommandSender } from './command-sender.ts';
import { Confirmations } from './confirmations.ts';
import { CreateExecutionHandler } from './create-execution.handler.ts';
import { CutOffRuns } from './cut-off-runs.ts';
import { DeadlineKeeper } from './deadline-keeper.ts';
import { DenyExecutionHandler } from './deny-execution.handler.ts';
import { DispatchCounter } from './dispatch-counter.ts';
import { Dispatcher } from './dispatcher.ts';
import { ExecutionTargets } from './execution-targets.ts';
import { ExecutionsController } from './executions.controller.ts';
import { OwnRuns } from './own-runs.ts';
import { PrivateContents } from './private-content.ts';
import { RunSignals } from './run-signals.ts';
import { RunsController } from './runs.controller.ts';
import { SitesModule } from '../sites/sites.module.ts';
import { Superseder } from './superseder.ts';

@Module({
  imports: [AccountsModule, EndpointsModule, SecretsModule, SitesModule],
  controllers: [ExecutionsController, RunsController],
  providers: [
    ApprovalKeeper, ApproveExecutionHandler, CancelExecutionHandler, Canceller, CommandCleaner, CommandSender, Confirmations, CreateExecutionHandler, CutOffRuns, DeadlineKeeper,
    DenyExecutionHandler, DispatchCounter, Dispatcher, ExecutionTargets, OwnRuns, PrivateContents, RunSignals, Superseder,
  ],
  exports: [ApprovalKeeper, Canceller, CommandCleaner, CutOffRuns, DeadlineKeeper, DispatchCounter, Dispatcher, OwnRuns, PrivateContents],
})
export class ExecutionsModule {}
