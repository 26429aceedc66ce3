import { decideDeleteSecret, initialSecret } from '@kanade/domain';
import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { secretKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { Log } from '../log.ts';
import { covers } from '../projections/scoped.ts';
import { DeleteSecretCommand } from './secret.commands.ts';
import { SecretValues } from './secret-values.ts';

@CommandHandler(DeleteSecretCommand)
export class DeleteSecretHandler implements ICommandHandler<DeleteSecretCommand> {
  constructor(
    private readonly log: ControlLog,
    private readonly values: SecretValues,
    private readonly sink: Log,
  ) {}

  async execute({ principal, name }: DeleteSecretCommand) {
    const { state, position } = await this.log.decide(secretKind, name, {
      principal,
      // One of other sites is to them as if it were not there.
      decide: (before) => decideDeleteSecret({ name }, covers(principal, before.sites) ? before : initialSecret),
    });
    // Deleted it is; what this leaves behind the keeper purges.
    await this.values.purgeOlder({ name, version: state.version }, state.valueId).catch((error: unknown) => this.sink.warn({ err: error, name }, 'the value of a deleted secret is purged later'));
    return { position };
  }
}
