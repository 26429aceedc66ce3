import type { Grant } from '@kanade/contracts';
import { describe, it } from 'vitest';
import type { EventDraft } from '../decision.ts';
import { decider } from '../given.spec-kit.ts';
import { decideAccount, evolveAccount, initialAccount } from './account.ts';
import { decideCreateToken, decideRevokeToken, evolveToken, initialToken } from './token.ts';

const accountId = 'a1';
const admin: Grant[] = [{ role: 'admin', sites: 'all' }];
const viewer: Grant[] = [{ role: 'viewer', sites: ['tokyo', 'osaka'] }];
const created: EventDraft = { type: 'kanade.account.created.v1', data: { accountId, username: 'admin' } };
const granted = (grants: Grant[]): EventDraft => ({ type: 'kanade.account.grants-changed.v1', data: { accountId, grants } });
const disabled: EventDraft = { type: 'kanade.account.disabled.v1', data: { accountId } };
const enabled: EventDraft = { type: 'kanade.account.enabled.v1', data: { accountId } };
const factorOn: EventDraft = { type: 'kanade.account.second-factor-enabled.v1', data: { accountId } };
const factorOff: EventDraft = { type: 'kanade.account.second-factor-disabled.v1', data: { accountId } };
const account = decider({ initial: initialAccount, decide: decideAccount, evolve: evolveAccount });
const create = { type: 'create', accountId, username: 'admin', grants: admin } as const;
const signIn = { type: 'sign-in', accountId, sessionId: 's1', interface: 'console' } as const;
const signOut = { type: 'sign-out', accountId, sessionId: 's1' } as const;
const refusals = { type: 'count-refusals', accountId, count: 3, since: '2026-01-31T12:00:00.000Z' } as const;
const link = { accountId, linkId: 'l1', expiresAt: '2026-02-01T12:00:00.000Z', reason: 'reset' } as const;
const setGrants = (grants: Grant[], otherAdministrators: boolean) => ({ type: 'set-grants', accountId, grants, otherAdministrators }) as const;
const disable = (otherAdministrators: boolean) => ({ type: 'disable', accountId, otherAdministrators }) as const;

describe('an account', () => {
  it('refuses everything before it exists', () => {
    const commands = [
      signIn, signOut, refusals, setGrants(viewer, true), disable(true), { type: 'enable', accountId } as const, { type: 'end-sessions', accountId, sessionIds: null } as const,
      { type: 'make-password-link', ...link, removeSecondFactor: false } as const, { type: 'change-password', accountId, means: 'link' } as const,
      { type: 'enable-second-factor', accountId } as const, { type: 'disable-second-factor', accountId } as const, { type: 'use-recovery-code', accountId, left: 9 } as const,
    ];
    for (const command of commands) account.given().when(command).refuses('not-found');
  });
  it('refuses to be made under another name', () => account.given(created).when({ ...create, username: 'root' }).refuses('conflict'));
  it('is made once, with its grants', () => {
    account.given().when(create).makes(created, granted(admin));
    account.given(created, granted(viewer)).when(create).makes();
  });
  it('is given grants once when it is from before there were any', () => account.given(created).when(create).makes(granted(admin)));
  it('notes sign-ins, sign-outs and counted refusals', () => {
    account.given(created).when(signIn).makes({ type: 'kanade.account.signed-in.v1', data: { accountId, sessionId: 's1', interface: 'console' } });
    account.given(created).when(signOut).makes({ type: 'kanade.account.signed-out.v1', data: { accountId, sessionId: 's1' } });
    account.given(created).when(refusals).makes({ type: 'kanade.account.sign-in-refused.v1', data: { accountId, count: 3, since: refusals.since } });
    account.given(created).when({ ...refusals, count: 0 }).makes();
  });
  it('notes ended sessions and used recovery codes', () => {
    account.given(created).when({ type: 'end-sessions', accountId, sessionIds: ['s1'] }).makes({ type: 'kanade.account.sessions-ended.v1', data: { accountId, sessionIds: ['s1'] } });
    account.given(created).when({ type: 'use-recovery-code', accountId, left: 9 }).makes({ type: 'kanade.account.recovery-code-used.v1', data: { accountId, left: 9 } });
  });
});

describe('the last administrator of everything', () => {
  const past = [created, granted(admin)];
  it('can neither be disabled nor lose that role', () => {
    account.given(...past).when(disable(false)).refuses('last-administrator');
    account.given(...past).when(setGrants(viewer, false)).refuses('last-administrator');
    account.given(...past).when(setGrants([{ role: 'admin', sites: ['tokyo'] }], false)).refuses('last-administrator');
  });
  it('can, once there is another', () => {
    account.given(...past).when(disable(true)).makes(disabled);
    account.given(...past).when(setGrants(viewer, true)).makes(granted(viewer));
  });
  it('may have other roles besides', () => account.given(...past).when(setGrants([...admin, ...viewer], false)).makes(granted([...admin, ...viewer])));
  it('is not who is disabled already, or administers some sites only', () => {
    account.given(...past, disabled).when(setGrants(viewer, false)).makes(granted(viewer));
    account.given(created, granted([{ role: 'admin', sites: ['tokyo'] }])).when(disable(false)).makes(disabled);
  });
});

describe('grants', () => {
  it('change nothing when they are the same, in whatever order', () => {
    account.given(created, granted(viewer)).when(setGrants([{ role: 'viewer', sites: ['osaka', 'tokyo'] }], false)).makes();
  });
});

describe('disabling and enabling', () => {
  it('happen once', () => {
    account.given(created, granted(viewer), disabled).when(disable(false)).makes();
    account.given(created, granted(viewer), disabled).when({ type: 'enable', accountId }).makes(enabled);
    account.given(created, granted(viewer), disabled, enabled).when({ type: 'enable', accountId }).makes();
  });
});

describe('passwords and second factors', () => {
  it('tell of a second factor once', () => account.given(created, factorOn).when({ type: 'enable-second-factor', accountId }).makes());
  it('are told, never shown', () => {
    account.given(created).when({ type: 'change-password', accountId, means: 'link' }).makes({ type: 'kanade.account.password-changed.v1', data: { accountId, means: 'link' } });
    account.given(created).when({ type: 'enable-second-factor', accountId }).makes(factorOn);
    account.given(created, factorOn).when({ type: 'disable-second-factor', accountId }).makes(factorOff);
    account.given(created, factorOn, factorOff).when({ type: 'disable-second-factor', accountId }).makes();
  });
  it('are reset by a link, the second factor only when asked for and there', () => {
    const made = (secondFactorRemoved: boolean): EventDraft => ({ type: 'kanade.account.password-link-made.v1', data: { ...link, secondFactorRemoved } });
    const reset = (removeSecondFactor: boolean) => ({ type: 'make-password-link', ...link, removeSecondFactor }) as const;
    account.given(created, factorOn).when(reset(false)).makes(made(false));
    account.given(created, factorOn).when(reset(true)).makes(made(true));
    account.given(created).when(reset(true)).makes(made(false));
    account.given(created, factorOn, made(true)).when({ type: 'enable-second-factor', accountId }).makes(factorOn);
  });
});

describe('a token', () => {
  const data = { tokenId: 't1', accountId, name: 'laptop', scopes: ['read'], expiresAt: '2026-05-01T00:00:00.000Z' };
  const token = decider({ initial: initialToken, decide: decideCreateToken, evolve: evolveToken });
  it('refuses an id that is taken', () => token.given({ type: 'kanade.token.created.v1', data }).when(data).refuses('conflict'));
  it('is made', () => token.given().when(data).makes({ type: 'kanade.token.created.v1', data }));

  const revoked: EventDraft = { type: 'kanade.token.revoked.v1', data: { tokenId: 't1', accountId } };
  const revocation = decider({ initial: initialToken, decide: decideRevokeToken, evolve: evolveToken });
  it('is revoked once, and only when there is one', () => {
    revocation.given({ type: 'kanade.token.created.v1', data }).when('t1').makes(revoked);
    revocation.given({ type: 'kanade.token.created.v1', data }, revoked).when('t1').makes();
    revocation.given().when('t1').refuses('not-found');
  });
});
