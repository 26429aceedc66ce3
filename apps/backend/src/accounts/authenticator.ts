import { Injectable } from '@nestjs/common';
import { readTokenScope } from '@kanade/contracts';
import type { Grant } from '@kanade/contracts';
import { Broker } from '../broker/broker.ts';
import { Clock } from '../clock.ts';
import type { Identity } from '../http/request-context.ts';
import type { Scope } from './principal.ts';
import { AccountRecords } from './account-records.ts';
import { digest, readRecord, recordKeys, sessionRecordSchema } from './identity-records.ts';
import type { AccountRecord, SessionRecord, TokenRecord } from './identity-records.ts';
import type { Principal } from './principal.ts';
import { Sessions } from './sessions.ts';
import { counts, Tokens } from './tokens/tokens.ts';

/** How long an answer counts without asking again; a sign-out or revocation counts everywhere after this. */
const freshMs = 2000;
/** How long it counts while the broker is away: people who watch a fleet then still want to see it. */
const staleMs = 5 * 60_000;
const mostRemembered = 10_000;

/** What a cookie or token proves: nothing (`identity` undefined) also when it has ended; whose it was may be known even then. */
export interface Proof {
  readonly identity: Identity | undefined;
  readonly holder: Principal | undefined;
}

export const unproved: Proof = { identity: undefined, holder: undefined };

interface Remembered {
  readonly proof: Proof;
  readonly at: number;
}

/** Who somebody is tells nothing of what they may: the operation they ask for does. */
const nothing: Scope = { sites: [] };
/** For telling whose something is, and no more. */
const nobody = { grants: [] } as const;

function ofSession(record: SessionRecord, { grants }: { readonly grants: readonly Grant[] }): Identity {
  const { accountId, username, sessionId, expiresAt, provedAt } = record;
  return { principal: { kind: 'account', id: accountId, username, scope: nothing }, sessionId, accountId, grants, scopes: null, expiresAt: Date.parse(expiresAt), provedAt: provedAt === null ? null : Date.parse(provedAt) };
}

function ofToken(record: TokenRecord, { grants }: { readonly grants: readonly Grant[] }): Identity {
  const { tokenId, accountId, username, expiresAt } = record;
  // A scope that is no longer known gives nothing.
  const scopes = record.scopes?.flatMap((text) => readTokenScope(text) ?? []) ?? null;
  return { principal: { kind: 'token', id: tokenId, username, scope: nothing }, sessionId: null, accountId, grants, scopes, expiresAt: Date.parse(expiresAt), provedAt: null };
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
    private readonly tokens: Tokens,
  ) {}

  bySession(cookie: string): Promise<Proof> {
    return this.find(recordKeys.session(cookie), async (key) => {
      const record = await readRecord(this.broker.get().identities, key, sessionRecordSchema);
      const account = record && (await this.accountOf(record.value));
      if (record === undefined) return unproved;
      const { principal: holder } = ofSession(record.value, nobody);
      if (account?.epoch !== record.value.epoch || this.hasEnded(record.value)) return { identity: undefined, holder };
      await this.sessions.touch(key, record.value, record.revision);
      return { identity: ofSession(record.value, account), holder };
    });
  }

  /** `address` is where it is used from. */
  byToken(token: string, address: string): Promise<Proof> {
    return this.find(`token ${digest(token)}`, async () => {
      const stored = await this.tokens.find(token);
      const account = stored && (await this.accountOf(stored.record));
      if (stored === undefined) return unproved;
      const { principal: holder } = ofToken(stored.record, nobody);
      if (account === undefined || !counts(stored.record, account, this.clock.now())) return { identity: undefined, holder };
      await this.tokens.touch(stored, address);
      return { identity: ofToken(stored.record, account), holder };
    });
  }

  private hasEnded({ expiresAt }: { readonly expiresAt: string }): boolean {
    return Date.parse(expiresAt) <= this.clock.now();
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

  private async find(key: string, ask: (key: string) => Promise<Proof>): Promise<Proof> {
    const now = this.clock.now();
    const known = this.remembered.get(key);
    const age = known === undefined ? Infinity : now - known.at;
    const usable = age < freshMs || (age < staleMs && this.broker.failure() !== undefined);
    const proof = usable && known !== undefined ? known.proof : await ask(key);
    if (!usable) {
      if (this.remembered.size >= mostRemembered) this.remembered.clear();
      this.remembered.set(key, { proof, at: now });
    }
    return proof.identity !== undefined && proof.identity.expiresAt <= now ? { ...proof, identity: undefined } : proof;
  }
}
