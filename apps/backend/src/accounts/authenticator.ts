import { Injectable } from '@nestjs/common';
import { Broker } from '../broker/broker.ts';
import { Clock } from '../clock.ts';
import type { Identity } from '../http/request-context.ts';
import type { Scope } from './principal.ts';
import { AccountRecords } from './account-records.ts';
import { readRecord, recordKeys, sessionRecordSchema, tokenRecordSchema } from './identity-records.ts';
import type { AccountRecord, SessionRecord, TokenRecord } from './identity-records.ts';
import { Sessions } from './sessions.ts';

/** How long an answer counts without asking again; a sign-out or revocation counts everywhere after this. */
const freshMs = 2000;
/** How long it counts while the broker is away: people who watch a fleet then still want to see it. */
const staleMs = 5 * 60_000;
const mostRemembered = 10_000;

interface Remembered {
  readonly identity: Identity | undefined;
  readonly at: number;
}

/** Who somebody is tells nothing of what they may: the operation they ask for does. */
const nothing: Scope = { sites: [] };

function ofSession(record: SessionRecord, { grants }: AccountRecord): Identity {
  const { accountId, username, sessionId, expiresAt } = record;
  return { principal: { kind: 'account', id: accountId, username, scope: nothing }, sessionId, accountId, grants, expiresAt: Date.parse(expiresAt) };
}

function ofToken(record: TokenRecord, { grants }: AccountRecord): Identity {
  const { tokenId, accountId, username, expiresAt } = record;
  return { principal: { kind: 'token', id: tokenId, username, scope: nothing }, sessionId: null, accountId, grants, expiresAt: Date.parse(expiresAt) };
}

/** Says who holds a cookie or a token. Both are looked up by their digest, so how long it takes tells nothing about them. */
@Injectable()
export class Authenticator {
  private readonly remembered = new Map<string, Remembered>();

  constructor(
    private readonly broker: Broker,
    private readonly clock: Clock,
    private readonly accounts: AccountRecords,
    private readonly sessions: Sessions,
  ) {}

  bySession(cookie: string): Promise<Identity | undefined> {
    return this.find(recordKeys.session(cookie), async (key) => {
      const record = await readRecord(this.broker.get().identities, key, sessionRecordSchema);
      const account = record && (await this.accountOf(record.value));
      if (record === undefined || account?.epoch !== record.value.epoch) return undefined;
      await this.sessions.touch(key, record.value, record.revision);
      return ofSession(record.value, account);
    });
  }

  byToken(token: string): Promise<Identity | undefined> {
    return this.find(recordKeys.token(token), async (key) => {
      const record = await readRecord(this.broker.get().identities, key, tokenRecordSchema);
      const account = record && (await this.accountOf(record.value));
      return record && account && ofToken(record.value, account);
    });
  }

  /** Undefined when the account is disabled: nothing it holds counts then. */
  private async accountOf({ username }: { readonly username: string }): Promise<AccountRecord | undefined> {
    const account = await this.accounts.find(username);
    return account?.disabled === false ? account : undefined;
  }

  /** Forgets what it knows, after a sign-out and whatever else ends sessions. */
  forget(): void {
    this.remembered.clear();
  }

  private async find(key: string, ask: (key: string) => Promise<Identity | undefined>): Promise<Identity | undefined> {
    const now = this.clock.now();
    const known = this.remembered.get(key);
    const age = known === undefined ? Infinity : now - known.at;
    const usable = age < freshMs || (age < staleMs && this.broker.failure() !== undefined);
    const identity = usable ? known?.identity : await ask(key);
    if (!usable) {
      if (this.remembered.size >= mostRemembered) this.remembered.clear();
      this.remembered.set(key, { identity, at: now });
    }
    return identity !== undefined && identity.expiresAt > now ? identity : undefined;
  }
}
