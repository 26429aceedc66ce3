import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { TokenView } from '@kanade/contracts';
import { Broker } from '../../broker/broker.ts';
import { Clock } from '../../clock.ts';
import { DomainError } from '../../domain-error.ts';
import { newId } from '../../history/uuid.ts';
import { Log } from '../../log.ts';
import { readRecord, recordKeys, tokenRecordSchema } from '../identity-records.ts';
import type { AccountRecord, TokenRecord } from '../identity-records.ts';

/** A token that has ended is still known for so long: whose it was, when somebody uses it. */
const keptMs = 30 * 86_400_000;
/** How coarse "last used" is: a token's record is not written again with every request. */
const touchMs = 5 * 60_000;
const attempts = 5;
/** Tokens of one account that count at the same time. */
const mostOfOneAccount = 200;

const prefix = 'kanade_';
const idBytes = 16;
const secretBytes = 32;
const form = /^kanade_[A-Za-z0-9_-]{64}$/;

export interface StoredToken {
  readonly record: TokenRecord;
  readonly revision: number;
}

/** A token before anybody may use it: what its holder is shown, and what is kept of it. */
export interface NewToken {
  readonly token: string;
  readonly record: TokenRecord;
}

interface TokenShape {
  readonly owner: AccountRecord;
  readonly name: string;
  readonly scopes: readonly string[] | null;
  readonly lifetimeMs: number;
}

const digestOf = (secret: Uint8Array): string => createHash('sha256').update(secret).digest('hex');

/** Whether nothing has ended a token of this owner; one without scopes goes with their sessions. */
export function counts(record: TokenRecord, owner: AccountRecord, now: number): boolean {
  const withSessions = record.scopes === null && record.epoch !== owner.epoch;
  return record.revokedAt === null && !withSessions && Date.parse(record.expiresAt) > now;
}

/** Tokens as they are stored. One says which it is and proves it: `kanade_`, and base64url of its id and of 32 random bytes. */
@Injectable()
export class Tokens {
  constructor(
    private readonly broker: Broker,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Makes one up, which nobody can use until it is saved; throws conflict for an owner who has too many. */
  async prepare({ owner, name, scopes, lifetimeMs }: TokenShape): Promise<NewToken> {
    const now = this.clock.now();
    if ((await this.list([owner])).length >= mostOfOneAccount) throw new DomainError('conflict', `${owner.username} has ${mostOfOneAccount} tokens; revoke some that are not used: kanade token list`);
    const tokenId = newId(now);
    const secret = randomBytes(secretBytes);
    const token = `${prefix}${Buffer.concat([Buffer.from(tokenId.replaceAll('-', ''), 'hex'), secret]).toString('base64url')}`;
    const { accountId, username, epoch } = owner;
    const record: TokenRecord = {
      tokenId, accountId, username, name, scopes: scopes === null ? null : [...scopes], epoch, secretDigest: digestOf(secret), createdAt: new Date(now).toISOString(),
      expiresAt: new Date(now + lifetimeMs).toISOString(), lastUsedAt: null, lastUsedFrom: null, revokedAt: null,
    };
    return { token, record };
  }

  async save(record: TokenRecord): Promise<void> {
    await this.broker.get().identities.create(recordKeys.token(record.tokenId), record, this.keptSeconds(record));
  }

  /** The record of a token, whether it still counts or not; undefined for one that was never made. */
  async find(token: string): Promise<StoredToken | undefined> {
    if (!form.test(token)) return undefined;
    const bytes = Buffer.from(token.slice(prefix.length), 'base64url');
    const tokenId = bytes.toString('hex', 0, idBytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    const stored = await this.byId(tokenId);
    if (stored === undefined) return undefined;
    const digest = digestOf(bytes.subarray(idBytes));
    return timingSafeEqual(Buffer.from(digest), Buffer.from(stored.record.secretDigest)) ? stored : undefined;
  }

  async byId(tokenId: string): Promise<StoredToken | undefined> {
    const found = await readRecord(this.broker.get().identities, recordKeys.token(tokenId), tokenRecordSchema);
    return found && { record: found.value, revision: found.revision };
  }

  /** Those of some accounts that count now, newest first. */
  async list(owners: readonly AccountRecord[]): Promise<TokenRecord[]> {
    const now = this.clock.now();
    const byId = new Map(owners.map((owner) => [owner.accountId, owner]));
    const { records } = await this.broker.get().identities.list('token');
    return records
      .map(({ value }) => tokenRecordSchema.parse(value))
      .filter((record) => {
        const owner = byId.get(record.accountId);
        return owner !== undefined && counts(record, owner, now);
      })
      .sort((one, other) => (one.tokenId < other.tokenId ? 1 : -1));
  }

  /** Makes a token worthless; what is known of it stays for a while, so that who uses it is not a stranger. */
  async revoke(tokenId: string): Promise<void> {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const stored = await this.byId(tokenId);
      if (stored?.record.revokedAt !== null) return;
      if (await this.replace(stored, { revokedAt: this.clock.iso() })) return;
    }
    throw new DomainError('conflict', 'the token was changed at the same time; try again', { retryable: true });
  }

  /** Notes that a token was used, when the last note is old. */
  async touch(stored: StoredToken, address: string): Promise<void> {
    const { lastUsedAt, tokenId } = stored.record;
    if (lastUsedAt !== null && this.clock.now() - Date.parse(lastUsedAt) < touchMs) return;
    try {
      // Whoever was first to note it noted the same; whoever revoked it meanwhile wins.
      await this.replace(stored, { lastUsedAt: this.clock.iso(), lastUsedFrom: address });
    } catch (error) {
      // A full disk must not keep those out who could make room.
      this.log.warn({ err: error, tokenId }, 'the use of a token could not be noted');
    }
  }

  private async replace({ record, revision }: StoredToken, change: Partial<TokenRecord>): Promise<boolean> {
    return (await this.broker.get().identities.update(recordKeys.token(record.tokenId), { ...record, ...change }, revision, this.keptSeconds(record))) !== undefined;
  }

  private keptSeconds({ expiresAt }: TokenRecord): number {
    return Math.max(1, Math.ceil((Date.parse(expiresAt) + keptMs - this.clock.now()) / 1000));
  }
}

/** A token as its owner and administrators see it. */
export function tokenView({ tokenId, name, username, scopes, createdAt, expiresAt, lastUsedAt, lastUsedFrom }: TokenRecord): TokenView {
  return { tokenId, name, username, scopes, createdAt, expiresAt, lastUsedAt, lastUsedFrom };
}
