import { decideSite } from '@kanade/domain';
import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { Clock } from '../clock.ts';
import { siteKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { FoldAccess } from '../history/fold-access.ts';
import { siteUse } from './site.reads.ts';
import { DeleteSiteCommand } from './site.commands.ts';

@CommandHandler(DeleteSiteCommand)
export class DeleteSiteHandler implements ICommandHandler<DeleteSiteCommand> {
  constructor(
    private readonly clock: Clock,
    private readonly fold: FoldAccess,
    private readonly log: ControlLog,
  ) {}

  async execute({ principal, site }: DeleteSiteCommand) {
    // What the read model does not know yet would be left without its site.
    const inUse = siteUse(await this.fold.current(), site, this.clock.iso());
    const { position } = await this.log.decide(siteKind, site, { principal, decide: (state) => decideSite({ type: 'delete', site, inUse }, state) });
    return { position };
  }
}
