import { roles } from '@kanade/contracts';
import type { Grant, Role, sessionViewSchema } from '@kanade/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { originOf } from '../http/origin.ts';
import type { AccountRecord } from './identity-records.ts';
import { sessionCookieName, sessionCookieOptions } from './session-cookie.ts';
import type { OpenedSession, Visitor } from './sessions.ts';

export type SessionView = z.infer<typeof sessionViewSchema>;

/** A session that was opened, and for whom. */
export interface OpenedFor extends OpenedSession {
  readonly account: AccountRecord;
}

/** The role that may do most of those somebody has. */
function strongestRole(grants: readonly Grant[]): Role {
  const has = (wanted: Role) => grants.some(({ role }) => role === wanted);
  return (['admin', 'operator', 'auditor'] as const).find(has) ?? roles[0];
}

export function viewSession(who: { readonly accountId: string; readonly username: string; readonly grants: readonly Grant[] }, expiresAt: string): SessionView {
  const { accountId, username, grants } = who;
  return { accountId, username, role: strongestRole(grants), grants: [...grants], expiresAt };
}

export function visitorOf(http: FastifyRequest): Visitor {
  return { ...originOf(http), userAgent: http.headers['user-agent']?.slice(0, 300) ?? null };
}

/** Hands a session over to the browser, in place of the one it had. */
export function answerWithSession(reply: FastifyReply, { cookie, session, account }: OpenedFor): SessionView {
  void reply.setCookie(sessionCookieName, cookie, { ...sessionCookieOptions(reply.request), expires: new Date(session.expiresAt) });
  return viewSession(account, session.expiresAt);
}
