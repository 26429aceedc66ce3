import { describe, it } from 'vitest';
import type { EventDraft } from '../decision.ts';
import { decider } from '../given.spec-kit.ts';
import { decideAccount, evolveAccount, initialAccount } from './account.ts';
import { decideCreateToken, evolveToken, initialToken } from './token.ts';

const accountId = 'a1';
const created: EventDraft = { type: 'kanade.account.created.v1', data: { accountId, username: 'admin' } };
const account = decider({ initial: initialAccount, decide: decideAccount, evolve: evolveAccount });
const signIn = { type: 'sign-in', accountId, sessionId: 's1', interface: 'console' } as const;
const signOut = { type: 'sign-out', accountId, sessionId: 's1' } as const;
const refusals = { type: 'count-refusals', accountId, count: 3, since: '2026-01-31T12:00:00.000Z' } as const;

describe('an account', () => {
  it('refuses everything before it exists', () => {
    for (const command of [signIn, signOut, refusals]) account.given().when(command).refuses('not-found');
  });
  it('refuses to be made under another name', () => account.given(created).when({ type: 'create', accountId, username: 'root' }).refuses('conflict'));
  it('is made once', () => {
    account.given().when({ type: 'create', accountId, username: 'admin' }).makes(created);
    account.given(created).when({ type: 'create', accountId, username: 'admin' }).makes();
  });
  it('notes sign-ins, sign-outs and counted refusals', () => {
    account.given(created).when(signIn).makes({ type: 'kanade.account.signed-in.v1', data: { accountId, sessionId: 's1', interface: 'console' } });
    account.given(created).when(signOut).makes({ type: 'kanade.account.signed-out.v1', data: { accountId, sessionId: 's1' } });
    account.given(created).when(refusals).makes({ type: 'kanade.account.sign-in-refused.v1', data: { accountId, count: 3, since: refusals.since } });
    account.given(created).when({ ...refusals, count: 0 }).makes();
  });
});

describe('a token', () => {
  const data = { tokenId: 't1', accountId, name: 'laptop', expiresAt: '2026-05-01T00:00:00.000Z' };
  const token = decider({ initial: initialToken, decide: decideCreateToken, evolve: evolveToken });
  it('refuses an id that is taken', () => token.given({ type: 'kanade.token.created.v1', data }).when(data).refuses('conflict'));
  it('is made', () => token.given().when(data).makes({ type: 'kanade.token.created.v1', data }));
});
