import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { passwordLinkSchema } from '@kanade/contracts';
import { decideAccount } from '@kanade/domain';
import type { z } from 'zod';
import { Broker } from '../broker/broker.ts';
import { Clock } from '../clock.ts';
import { DomainError } from '../domain-error.ts';
import { accountHistoryKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { newId } from '../history/uuid.ts';
import { AccountRecords } from './account-records.ts';
import { Authenticator } from './authenticator.ts';
import { passwordLinkRecordSchema, readRecord, recordKeys } from './identity-records.ts';
import type { AccountRecord } from './identity-records.ts';
import type { Principal } from './principal.ts';
import { Sessions } from './sessions.ts';

const linkMs = 24 * 3_600_000;

export type PasswordLink = z.infer<typeof passwordLinkSchema>;

export interface LinkOptions {
  readonly reason: 'created' | 'reset';
  readonly removeSecondFactor: boolean;
}

const invalid = (): DomainError => new DomainError('password-link-invalid', 'the link is unknown, was used or has expired; ask an administrator for a new one: kanade user reset NAME');

/** Links with which a password is set, once and within a day. The newest of an account is the only one that counts. */
@Injectable()
export class PasswordLinks {
  constructor(
    private readonly broker: Broker,
    private readonly clock: Clock,
    private readonly accounts: AccountRecords,
    private readonly sessions: Sessions,
    private readonly authenticator: Authenticator,
    private readonly log: ControlLog,
  ) {}

  /** Makes a link; password and sessions of the account end with it. */
  async make(principal: Principal, { accountId, username }: AccountRecord, { reason, removeSecondFactor }: LinkOptions): Promise<PasswordLink> {
    const now = this.clock.now();
    const token = randomBytes(32).toString('base64url');
    const linkId = newId(now);
    const expiresAt = new Date(now + linkMs).toISOString();
    const { position } = await this.log.decide(accountHistoryKind, accountId, {
      principal,
      decide: (state) => decideAccount({ type: 'make-password-link', accountId, linkId, expiresAt, reason, removeSecondFactor }, state),
    });
    await this.broker.get().identities.create(recordKeys.passwordLink(token), { linkId, accountId, username, expiresAt }, linkMs / 1000);
    const changed = await this.accounts.change(username, (record) => ({
      ...record, passwordHash: null, passwordLinkId: linkId, epoch: record.epoch + 1, offer: null, secondFactor: removeSecondFactor ? null : record.secondFactor,
    }));
    this.authenticator.forget();
    if (changed !== undefined) await this.sessions.sweep(changed);
    // In the fragment, which no browser sends anywhere: neither a server's log nor a Referer has it.
    return { accountId, username, link: `/set-password#${token}`, expiresAt, position };
  }

  /** Whose link this is; throws password-link-invalid. */
  async find(token: string): Promise<{ readonly username: string; readonly linkId: string }> {
    const link = (await readRecord(this.broker.get().identities, recordKeys.passwordLink(token), passwordLinkRecordSchema))?.value;
    const account = link && (await this.accounts.find(link.username));
    if (link === undefined || account?.passwordLinkId !== link.linkId || Date.parse(link.expiresAt) <= this.clock.now()) throw invalid();
    return link;
  }

  /** Gives the account its password; throws password-link-invalid for whoever comes second. */
  async use(token: string, { username, linkId }: { readonly username: string; readonly linkId: string }, passwordHash: string): Promise<AccountRecord> {
    const changed = await this.accounts.change(username, (record) =>
      record.passwordLinkId === linkId ? { ...record, passwordHash, passwordLinkId: null, epoch: record.epoch + 1 } : undefined,
    );
    if (changed === undefined) throw invalid();
    await this.broker.get().identities.delete(recordKeys.passwordLink(token));
    this.authenticator.forget();
    return changed;
  }
}
