import { permissions, readTokenScope } from '@kanade/contracts';
import type { Grant, TokenScope } from '@kanade/contracts';
import { commonSites, isDivided, permittedSites, scopedSites } from '@kanade/domain';
import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { DomainError } from '../../domain-error.ts';
import type { InvalidPart } from '../../domain-error.ts';
import { KnownSites } from '../../sites/known-sites.ts';
import { AccountRecords } from '../account-records.ts';
import type { CreateTokenResult } from './create-session-token.command.ts';
import { lifetimeOf } from './token-lifetime.ts';
import { TokenMaker } from './token-maker.ts';
import { CreateTokenCommand } from './token.commands.ts';

@CommandHandler(CreateTokenCommand)
export class CreateTokenHandler implements ICommandHandler<CreateTokenCommand> {
  constructor(
    private readonly accounts: AccountRecords,
    private readonly sites: KnownSites,
    private readonly maker: TokenMaker,
  ) {}

  async execute({ identity, request: { name, scopes, expiresIn } }: CreateTokenCommand): Promise<CreateTokenResult> {
    const { principal, grants } = identity;
    const lifetimeMs = lifetimeOf(expiresIn);
    const read = (scopes ?? []).map((text) => ({ text, scope: readTokenScope(text) }));
    const errors = read.flatMap(({ text, scope }, index): InvalidPart[] => {
      const fault = scope && faultOf(scope, grants);
      return fault === undefined ? [] : [{ path: `scopes.${index}`, message: `${text}: ${fault}` }];
    });
    const [first] = errors;
    if (first !== undefined) throw new DomainError('invalid-request', errors.length === 1 ? first.message : `${errors.length} of the scopes cannot be had`, { errors });
    await this.sites.check(principal, read.flatMap(({ scope }, index) => (typeof scope?.site === 'string' ? [{ site: scope.site, path: `scopes.${index}` }] : [])));
    return this.maker.make(principal, { owner: await this.accounts.get(principal.username), name, scopes, lifetimeMs });
  }
}

/** Why a scope would give a token nothing: a mistake is told at once, and not by the first refusal at night. */
function faultOf(scope: TokenScope, grants: readonly Grant[]): string | undefined {
  // Not looked at by anything that an account is permitted yet.
  if (scope.area === 'package:publish') return undefined;
  const about = permissions.filter((permission) => permission !== 'self' && scopedSites([{ ...scope, site: null }], permission) !== undefined);
  if (scope.site !== null && !about.some(isDivided)) return 'is about the whole installation and cannot be limited to a site';
  const usable = about.some((permission) => {
    const own = permittedSites(grants, permission);
    const wanted = scopedSites([scope], permission);
    return own !== undefined && wanted !== undefined && commonSites(own, wanted) !== undefined;
  });
  return usable ? undefined : 'your own account may not do this, and a token may do no more than its owner';
}
