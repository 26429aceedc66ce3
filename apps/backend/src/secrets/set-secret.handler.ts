import { maxSecretBytes, minSecretBytes } from '@kanade/contracts';
import type { Sites } from '@kanade/contracts';
import { decideSetSecret } from '@kanade/domain';
import type { SecretState } from '@kanade/domain';
import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import type { Principal } from '../accounts/principal.ts';
import { Clock } from '../clock.ts';
import { DomainError } from '../domain-error.ts';
import { secretKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { newId } from '../history/uuid.ts';
import { Log } from '../log.ts';
import { covers } from '../projections/scoped.ts';
import { KnownSites } from '../sites/known-sites.ts';
import { SetSecretCommand } from './secret.commands.ts';
import { SecretValues } from './secret-values.ts';

function invalid(message: string): DomainError {
  return new DomainError('invalid-request', `the value ${message}`, { errors: [{ path: 'value', message }] });
}

/** The bytes of a value; refuses what could not be kept out of sight. */
function readValue(base64: string): Buffer {
  const value = Buffer.from(base64, 'base64');
  if (value.length > maxSecretBytes) throw invalid(`is ${value.length} bytes long, and ${maxSecretBytes} are the most`);
  // What a script prints of it is found line by line.
  const longestLine = Math.max(...value.toString('latin1').split(/[\r\n]+/).map((line) => line.length));
  if (longestLine < minSecretBytes) throw invalid(`must have a line of at least ${minSecretBytes} bytes: a shorter one could not be masked in output`);
  return value;
}

/** Refuses what would touch a secret of sites that are not the principal's, or make one for them. */
function assertMaySet(principal: Principal, name: string, sites: Sites | undefined, before: SecretState): void {
  if (before.valueId !== null && !covers(principal, before.sites)) throw new DomainError('forbidden', `the secret ${name} is for other sites too, where you may not set it; take another name`);
  if (covers(principal, sites ?? before.sites)) return;
  throw new DomainError('invalid-request', 'you may set secrets for some sites only; name them', { errors: [{ path: 'sites', message: 'must name sites that are yours' }] });
}

@CommandHandler(SetSecretCommand)
export class SetSecretHandler implements ICommandHandler<SetSecretCommand> {
  constructor(
    private readonly clock: Clock,
    private readonly log: ControlLog,
    private readonly sites: KnownSites,
    private readonly values: SecretValues,
    private readonly sink: Log,
  ) {}

  async execute({ principal, name, request }: SetSecretCommand) {
    const value = readValue(request.value);
    if (request.sites !== undefined && request.sites !== 'all') await this.sites.check(principal, request.sites.map((site, index) => ({ site, path: `sites.${index}` })));
    const valueId = newId(this.clock.now());
    const { state, position } = await this.log.decide(secretKind, name, {
      principal,
      decide: async (before) => {
        assertMaySet(principal, name, request.sites, before);
        // The value first: an event must never name one that is not there.
        await this.values.put({ name, version: before.version + 1, valueId }, value);
        return decideSetSecret({ name, sites: request.sites, valueId }, before);
      },
    });
    // Set it is; what this leaves behind the keeper purges.
    await this.values.purgeOlder({ name, version: state.version }, state.valueId).catch((error: unknown) => this.sink.warn({ err: error, name }, 'older values of a secret are purged later'));
    return { position };
  }
}
