import { Injectable } from '@nestjs/common';
import { Archiver } from '../archive/archiver.ts';
import { AuditFeeds } from '../audit/feeds/audit-feeds.ts';
import { DesiredPublisher } from '../brokers/desired-publisher.ts';
import { BatchWarden } from '../endpoints/batch-warden.ts';
import { ConnectionWarden } from '../endpoints/connection-warden.ts';
import { EventBudgets } from '../endpoints/event-budgets.ts';
import { Gatekeeper } from '../endpoints/gatekeeper.ts';
import { IdentityConflicts } from '../endpoints/identity-conflicts.ts';
import { PresenceKeeper } from '../endpoints/presence-keeper.ts';
import { Quarantine } from '../endpoints/quarantine.ts';
import { Revoker } from '../endpoints/revoker.ts';
import { Eraser } from '../erasure/eraser.ts';
import { ApprovalKeeper } from '../executions/approval-keeper.ts';
import { Canceller } from '../executions/canceller.ts';
import { CommandCleaner } from '../executions/command-cleaner.ts';
import { CutOffRuns } from '../executions/cut-off-runs.ts';
import { DeadlineKeeper } from '../executions/deadline-keeper.ts';
import { Dispatcher } from '../executions/dispatcher.ts';
import { SecretKeeper } from '../secrets/secret-keeper.ts';
import type { ProcessManager } from '../leader/process-manager.ts';

/** Every process manager, in no particular order. */
@Injectable()
export class Managers {
  readonly all: readonly ProcessManager[];

  constructor(
    dispatcher: Dispatcher,
    canceller: Canceller,
    cleaner: CommandCleaner,
    deadlines: DeadlineKeeper,
    presence: PresenceKeeper,
    quarantine: Quarantine,
    revoker: Revoker,
    cutOffRuns: CutOffRuns,
    conflicts: IdentityConflicts,
    auditFeeds: AuditFeeds,
    secrets: SecretKeeper,
    eraser: Eraser,
    budgets: EventBudgets,
    gatekeeper: Gatekeeper,
    warden: BatchWarden,
    connections: ConnectionWarden,
    approvals: ApprovalKeeper,
    desired: DesiredPublisher,
    archiver: Archiver,
  ) {
    this.all = [
      ...[dispatcher, canceller, cleaner, deadlines, presence, quarantine, revoker, cutOffRuns, conflicts, auditFeeds, secrets, eraser],
      ...[budgets, gatekeeper, warden, connections, approvals, desired, archiver],
    ];
  }
}
