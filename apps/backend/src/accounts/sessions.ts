import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { accountSessionSchema } from '@kanade/contracts';
import type { z } from 'zod';
import { Broker } from '../broker/broker.ts';
import { Clock } from '../clock.ts';
import { newId } from '../history/uuid.ts';
import { Log } from '../log.ts';
import { recordKeys, sessionRecordSchema } from './identity-records.ts';
import type { AccountRecord, SessionRecord } from './identity-records.ts';
import type { Origin } from './principal.ts';

const sessionMs = 24 * 3_600_000;
/** A session that has expired is still known for so long: whose it was, when somebody uses its cookie. */
const keptMs = 7 * 86_400_000;
/** How coarse "last used" is: a session is not written again with every request. */
const touchMs = 5 * 60_000;

export type AccountSession = z.infer<typeof accountSessionSchema>;

/** Where a request comes from, as far as it tells. */
export interface Visitor extends Origin {
  readonly userAgent: string | null;
}

/** A new session: what its cookie carries (a secret), and what is kept of it. */
export interface OpenedSession {
  readonly cookie: string;
  readonly session: SessionRecord;
}

interface StoredSession {
  readonly key: string;
  readonly session: SessionRecord;
}

/** How long the record of a session that ends at `time` is kept, in seconds. */
function keptSeconds(time: string, now: number): number {
  return Math.max(1, Math.ceil((Date.parse(time) + keptMs - now) / 1000));
}

/** The sessions of accounts; their records go away by themselves when they have expired. */
@Injectable()
export class Sessions {
  constructor(
    private readonly broker: Broker,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** `provedAt` is when its holder last proved to their identity provider who they are, Unix ms; null where there is none, or where it did not say. */
  async open({ accountId, username, epoch }: AccountRecord, { address, userAgent }: Visitor, provedAt: number | null = null): Promise<OpenedSession> {
    const now = this.clock.now();
    const cookie = randomBytes(32).toString('base64url');
    const at = new Date(now).toISOString();
    const expiresAt = new Date(now + sessionMs).toISOString();
    const session: SessionRecord = {
      sessionId: newId(now), accountId, username, createdAt: at, expiresAt, epoch, lastUsedAt: at, address, userAgent, provedAt: provedAt === null ? null : new Date(provedAt).toISOString(),
    };
    await this.broker.get().identities.create(recordKeys.session(cookie), session, keptSeconds(expiresAt, now));
    return { cookie, session };
  }

  /** Those of an account that count now, newest first. */
  async list(account: AccountRecord): Promise<StoredSession[]> {
    const now = this.clock.now();
    return (await this.stored(account.accountId))
      .filter(({ session }) => session.epoch === account.epoch && Date.parse(session.expiresAt) > now)
      .sort((one, other) => (one.session.sessionId < other.session.sessionId ? 1 : -1));
  }

  async end(sessions: readonly StoredSession[]): Promise<void> {
    for (const { key } of sessions) await this.broker.get().identities.delete(key);
  }

  /** Removes what a raised epoch has ended already. */
  async sweep(account: AccountRecord): Promise<void> {
    await this.end((await this.stored(account.accountId)).filter(({ session }) => session.epoch !== account.epoch));
  }

  /** Notes that a session was used, when the last note is old. */
  async touch(key: string, session: SessionRecord, revision: number): Promise<void> {
    const now = this.clock.now();
    if (now - Date.parse(session.lastUsedAt ?? session.createdAt) < touchMs) return;
    try {
      // Whoever was first to note it noted the same.
      await this.broker.get().identities.update(key, { ...session, lastUsedAt: new Date(now).toISOString() }, revision, keptSeconds(session.expiresAt, now));
    } catch (error) {
      // A full disk must not keep those out who could make room.
      this.log.warn({ err: error, sessionId: session.sessionId }, 'the use of a session could not be noted');
    }
  }

  private async stored(accountId: string): Promise<StoredSession[]> {
    const { records } = await this.broker.get().identities.list('session');
    return records
      .map(({ key, value }) => ({ key, session: sessionRecordSchema.parse(value) }))
      .filter(({ session }) => session.accountId === accountId);
  }
}

/** A session as its account's owner and administrators see it. */
export function sessionView({ sessionId, createdAt, lastUsedAt, expiresAt, address, userAgent }: SessionRecord, current: string | null): AccountSession {
  return { sessionId, createdAt, lastUsedAt: lastUsedAt ?? createdAt, expiresAt, address, userAgent, current: sessionId === current };
}
