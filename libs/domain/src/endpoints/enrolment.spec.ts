import { describe, expect, it } from 'vitest';
import type { EventDraft } from '../decision.ts';
import { decider } from '../given.spec-kit.ts';
import { decideCreateEnrolmentToken, decideRevokeEnrolmentToken, decideUse, evolveEnrolment, initialEnrolment } from './enrolment.ts';

const data = { tokenId: 't1', site: 'default', maxUses: 2, expiresAt: '2026-02-01T00:00:00.000Z', approval: false, endpointId: null };
const created: EventDraft = { type: 'kanade.enrolment.token-created.v2', data };
const { approval: _approval, endpointId: _endpointId, ...first } = data;
const createdBefore: EventDraft = { type: 'kanade.enrolment.token-created.v1', data: first };
const revoked: EventDraft = { type: 'kanade.enrolment.token-revoked.v1', data: { tokenId: 't1' } };
const enrolment = decider({ initial: initialEnrolment, decide: decideCreateEnrolmentToken, evolve: evolveEnrolment });

describe('an enrolment token', () => {
  it('refuses another token under the same id', () => {
    enrolment.given(created).when({ ...data, maxUses: 3 }).refuses('idempotency-conflict');
    enrolment.given(created).when({ ...data, site: 'tokyo' }).refuses('idempotency-conflict');
    enrolment.given(created).when({ ...data, approval: true }).refuses('idempotency-conflict');
    enrolment.given(created).when({ ...data, endpointId: 'e1' }).refuses('idempotency-conflict');
  });
  it('is made once', () => {
    enrolment.given().when(data).makes(created);
    enrolment.given(created).when(data).makes();
    enrolment.given(createdBefore).when(data).makes();
  });
});

describe('revoking an enrolment token', () => {
  const revocation = decider({ initial: initialEnrolment, decide: decideRevokeEnrolmentToken, evolve: evolveEnrolment });
  it('is refused for one that was never made', () => revocation.given().when({ tokenId: 't1' }).refuses('not-found'));
  it('is told once', () => {
    revocation.given(created).when({ tokenId: 't1' }).makes(revoked);
    revocation.given(createdBefore).when({ tokenId: 't1' }).makes(revoked);
    revocation.given(created, revoked).when({ tokenId: 't1' }).makes();
  });
});

describe('using an enrolment token', () => {
  const token = { revoked: false, expiresAt: 1000, maxUses: 2, uses: 2, counted: ['U1', 'U2'] };
  it('refuses everybody once revoked, before all else', () => {
    expect(decideUse({ ...token, revoked: true, uses: 0 }, 'U3', 1000)).toBe('token-revoked');
    expect(decideUse({ ...token, revoked: true }, 'U1', 0)).toBe('token-revoked');
  });
  it('refuses a third machine where two may enrol', () => expect(decideUse(token, 'U3', 0)).toBe('token-used-up'));
  it('refuses everybody after the end', () => {
    expect(decideUse({ ...token, uses: 0 }, 'U3', 1000)).toBe('token-expired');
    expect(decideUse(token, 'U1', 1000)).toBe('token-expired');
  });
  it('counts an interrupted machine once', () => expect(decideUse(token, 'U1', 999)).toBe('counted'));
  it('lets a machine in while there is room', () => expect(decideUse({ ...token, uses: 1 }, 'U3', 999)).toBe('new'));
});
