import { randomBytes } from 'node:crypto';
import { parseDuration } from '@kanade/contracts';
import { decideAccount, decideCreateToken } from '@kanade/domain';
import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { Broker } from '../broker/broker.ts';
import { Clock } from '../clock.ts';
import { DomainError } from '../domain-error.ts';
import { accountKind, tokenKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { newId } from '../history/uuid.ts';
import { CreateTokenCommand } from './create-token.command.ts';
import type { CreateTokenResult } from './create-token.command.ts';
import { recordKeys } from './identity-records.ts';
import type { TokenRecord } from './identity-records.ts';
import { accountPrincipal } from './principal.ts';
import { SignInCheck } from './sign-in-check.ts';

const longest = 366 * 86_400_000;
/** A token that has expired is still known for so long: whose it was, when somebody uses it. */
const keptMs = 30 * 86_400_000;

@CommandHandler(CreateTokenCommand)
export class CreateTokenHandler implements ICommandHandler<CreateTokenCommand> {
  constructor(
    private readonly broker: Broker,
    private readonly clock: Clock,
    private readonly check: SignInCheck,
    private readonly log: ControlLog,
  ) {}

  async execute({ request, origin }: CreateTokenCommand): Promise<CreateTokenResult> {
    const lifetime = parseDuration(request.expiresIn);
    if (lifetime > longest) {
      throw new DomainError('invalid-request', 'the token would live too long', { errors: [{ path: 'expiresIn', message: 'must be at most 366d' }] });
    }
    const { accountId, username } = await this.check.check(request, origin);
    const now = this.clock.now();
    const token = `kanade_${randomBytes(32).toString('base64url')}`;
    const record: TokenRecord = {
      tokenId: newId(now),
      accountId,
      username,
      name: request.name,
      createdAt: new Date(now).toISOString(),
      expiresAt: new Date(now + lifetime).toISOString(),
    };
    const { tokenId, name, expiresAt } = record;
    const principal = accountPrincipal(record, origin);
    // The event first: a token nobody was told of must not work.
    await this.log.decide(tokenKind, tokenId, { principal, decide: (state) => decideCreateToken({ tokenId, accountId, name, expiresAt }, state) });
    await this.broker.get().identities.create(recordKeys.token(token), record, Math.ceil((lifetime + keptMs) / 1000));
    await this.log.decide(accountKind, accountId, {
      principal,
      decide: (state) => decideAccount({ type: 'sign-in', accountId, sessionId: tokenId, interface: 'cli' }, state),
    });
    return { token, tokenId, expiresAt };
  }
}
