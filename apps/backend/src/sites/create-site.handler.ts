import { decideSite } from '@kanade/domain';
import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { siteKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { CreateSiteCommand } from './site.commands.ts';

@CommandHandler(CreateSiteCommand)
export class CreateSiteHandler implements ICommandHandler<CreateSiteCommand> {
  constructor(private readonly log: ControlLog) {}

  async execute({ principal, site }: CreateSiteCommand) {
    const { position } = await this.log.decide(siteKind, site, { principal, decide: (state) => decideSite({ type: 'create', site }, state) });
    return { position };
  }
}
