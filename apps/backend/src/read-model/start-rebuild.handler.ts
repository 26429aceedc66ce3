import { decideRebuild } from '@kanade/domain';
import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { DomainError } from '../domain-error.ts';
import { readModelKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { FoldClient } from '../projections/fold-client.ts';
import { poisonCountSql } from './get-read-model.query.ts';
import { StartRebuildCommand } from './start-rebuild.command.ts';
import type { RebuildStarted } from './start-rebuild.command.ts';

const fleet = 'fleet';

/** Tells it in the history; whoever folds that, here and in other replicas, begins. */
@CommandHandler(StartRebuildCommand)
export class StartRebuildHandler implements ICommandHandler<StartRebuildCommand> {
  constructor(
    private readonly fold: FoldClient,
    private readonly log: ControlLog,
  ) {}

  async execute({ principal, reason }: StartRebuildCommand): Promise<RebuildStarted> {
    const reader = await this.fold.reader();
    const { rebuild, rebuilding } = this.fold.status();
    if (rebuilding) throw new DomainError('read-behind', 'The read model has not caught up with the history yet; a rebuild would be no further.', { retryable: true });
    if (rebuild !== null) throw new DomainError('conflict', `Read model ${rebuild.number} is being built already; kanade read-model status shows how far it is.`);
    if (reason === 'poison' && (reader.get(poisonCountSql())?.count ?? 0) === 0) throw new DomainError('conflict', 'There is no poison: everything in the history is folded.');
    const { position } = await this.log.decide(readModelKind, fleet, { principal, decide: () => decideRebuild(reason) });
    await this.fold.waitFor(position, 5000);
    return { position, rebuild: this.fold.status().rebuild };
  }
}
