import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { endpointKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { KnownSites } from '../sites/known-sites.ts';
import { AssignSiteCommand } from './assign-site.command.ts';
import { decideInScope } from './decide-in-scope.ts';

/** Takes an endpoint out of a site and puts it into another: whoever does both may. */
@CommandHandler(AssignSiteCommand)
export class AssignSiteHandler implements ICommandHandler<AssignSiteCommand> {
  constructor(
    private readonly log: ControlLog,
    private readonly sites: KnownSites,
  ) {}

  async execute({ principal, endpointId, site }: AssignSiteCommand) {
    await this.sites.check(principal, [{ site, path: 'site' }]);
    const { position } = await this.log.decide(endpointKind, endpointId, { principal, decide: decideInScope(principal, { type: 'assign-site', endpointId, site }) });
    return { position };
  }
}
