import { randomBytes } from 'node:crypto';
import { decideAccount } from '@kanade/domain';
import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { Broker } from '../broker/broker.ts';
import { Clock } from '../clock.ts';
import { accountKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { newId } from '../history/uuid.ts';
import { recordKeys } from './identity-records.ts';
import type { SessionRecord } from './identity-records.ts';
import { PasswordCheck } from './password-check.ts';
import { SignInCommand } from './sign-in.command.ts';
import type { SignedIn } from './sign-in.command.ts';

const sessionMs = 24 * 3_600_000;

@CommandHandler(SignInCommand)
export class SignInHandler implements ICommandHandler<SignInCommand> {
  constructor(
    private readonly broker: Broker,
    private readonly clock: Clock,
    private readonly check: PasswordCheck,
    private readonly log: ControlLog,
  ) {}

  async execute({ username, password, source }: SignInCommand): Promise<SignedIn> {
    const account = await this.check.check(username, password, source);
    const now = this.clock.now();
    const cookie = randomBytes(32).toString('base64url');
    const session: SessionRecord = {
      sessionId: newId(now),
      accountId: account.accountId,
      username: account.username,
      createdAt: new Date(now).toISOString(),
      expiresAt: new Date(now + sessionMs).toISOString(),
    };
    await this.broker.get().identities.create(recordKeys.session(cookie), session, sessionMs / 1000);
    const { accountId, sessionId } = session;
    await this.log.decide(accountKind, accountId, {
      principal: { kind: 'account', id: accountId, username: account.username, scope: { sites: 'all' } },
      decide: (state) => decideAccount({ type: 'sign-in', accountId, sessionId, interface: 'console' }, state),
    });
    return { cookie, view: { accountId, username: account.username, role: 'admin', expiresAt: session.expiresAt } };
  }
}
