import { createHash } from 'node:crypto';
import { defaultSite, endpointIdSchema, timeSchema } from '@kanade/contracts';
import { searchText } from '@kanade/read-models';
import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { z } from 'zod';
import { readRecord } from '../accounts/identity-records.ts';
import type { Principal } from '../accounts/principal.ts';
import { Broker } from '../broker/broker.ts';
import { Clock } from '../clock.ts';
import { DomainError } from '../domain-error.ts';
import { endpointKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { isVisible } from '../projections/scoped.ts';
import { decideInScope } from './decide-in-scope.ts';
import { SetEndpointAliasCommand } from './set-endpoint-alias.command.ts';

/** Who has an alias, or is about to. */
const aliasRecordSchema = z.strictObject({ endpointId: endpointIdSchema, reservedAt: timeSchema });
/** A reservation whose event did not follow within this time, ms, is one of a process that died in between. */
const reservationMs = 60_000;

const recordKey = (alias: string): string => `alias.${createHash('sha256').update(searchText(alias)).digest('hex')}`;

@CommandHandler(SetEndpointAliasCommand)
export class SetEndpointAliasHandler implements ICommandHandler<SetEndpointAliasCommand> {
  constructor(
    private readonly broker: Broker,
    private readonly clock: Clock,
    private readonly log: ControlLog,
  ) {}

  async execute({ principal, endpointId, alias: asked }: SetEndpointAliasCommand) {
    const alias = asked === null ? null : asked.normalize('NFC');
    const { position } = await this.log.decide(endpointKind, endpointId, {
      principal,
      decide: async (state) => {
        const decision = decideInScope(principal, { type: 'set-alias', endpointId, alias })(state);
        // Only what will be written is worth a reservation.
        if (alias !== null && decision.kind === 'accepted' && decision.events.length > 0) await this.reserve(alias, endpointId, principal);
        return decision;
      },
    });
    return { position };
  }

  /** Two endpoints are two aggregates: that their aliases differ is kept by a record per alias, written before the event. */
  private async reserve(alias: string, endpointId: string, principal: Principal): Promise<void> {
    const { identities } = this.broker.get();
    const key = recordKey(alias);
    const wanted = { endpointId, reservedAt: this.clock.iso() };
    for (;;) {
      if ((await identities.create(key, wanted)) !== undefined) return;
      const known = await readRecord(identities, key, aliasRecordSchema);
      if (known === undefined) continue;
      if (known.value.endpointId !== endpointId) await this.checkFree(alias, known.value, principal);
      if ((await identities.update(key, wanted, known.revision)) !== undefined) return;
    }
  }

  private async checkFree(alias: string, { endpointId, reservedAt }: z.infer<typeof aliasRecordSchema>, principal: Principal): Promise<void> {
    const { state } = await this.log.load(endpointKind, endpointId);
    const has = state.alias !== null && searchText(state.alias) === searchText(alias);
    if (has || this.clock.now() - Date.parse(reservedAt) < reservationMs) {
      if (!isVisible(principal, state.enrolled?.site ?? defaultSite)) throw new DomainError('alias-taken', `an endpoint of another site is called ${JSON.stringify(alias)} already; take another name`);
      throw new DomainError('alias-taken', `endpoint ${endpointId} is called ${JSON.stringify(alias)} already; take another name, or free it with: kanade endpoint alias ${endpointId} --clear`);
    }
  }
}
