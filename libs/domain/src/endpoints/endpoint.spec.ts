import { describe, it } from 'vitest';
import type { EventDraft } from '../decision.ts';
import { decider } from '../given.spec-kit.ts';
import { decideEndpoint, evolveEndpoint, initialEndpoint } from './endpoint.ts';

const endpointId = 'e1';
const data = {
  endpointId,
  hostname: 'pc-1',
  os: { family: 'linux', name: 'Debian', version: '12', architecture: 'x64' },
  agentVersion: '0.1.0',
  site: 'default',
  tokenId: 't1',
  simulated: false,
  nkey: 'U1',
  signingKey: 's1',
  sealingKey: 'x1',
} as const;
const observedAt = '2026-01-31T12:00:00.000Z';
const enrolled: EventDraft = { type: 'kanade.endpoint.enrolled.v1', data };
const online: EventDraft = { type: 'kanade.endpoint.came-online.v1', data: { endpointId, observedAt } };
const offline: EventDraft = { type: 'kanade.endpoint.went-offline.v1', data: { endpointId, observedAt, reason: 'disconnected' } };
const quarantined: EventDraft = { type: 'kanade.endpoint.quarantined.v1', data: { endpointId, sequence: 7, reason: 'the signature does not fit' } };
const comeOnline = { type: 'come-online', endpointId, observedAt } as const;
const goOffline = { type: 'go-offline', endpointId, observedAt, reason: 'disconnected' } as const;
const quarantine = { type: 'quarantine', endpointId, sequence: 7, reason: 'the signature does not fit' } as const;
const endpoint = decider({ initial: initialEndpoint, decide: decideEndpoint, evolve: evolveEndpoint });

describe('an endpoint', () => {
  it('refuses to be enrolled again with other keys', () => {
    endpoint.given(enrolled).when({ type: 'enrol', ...data, signingKey: 'other' }).refuses('conflict');
  });
  it('refuses everything before it is enrolled', () => {
    for (const command of [comeOnline, goOffline, quarantine]) endpoint.given().when(command).refuses('not-found');
  });
  it('is enrolled once', () => {
    endpoint.given().when({ type: 'enrol', ...data }).makes(enrolled);
    endpoint.given(enrolled).when({ type: 'enrol', ...data }).makes();
  });
  it('comes and goes, each told once', () => {
    endpoint.given(enrolled).when(comeOnline).makes(online);
    endpoint.given(enrolled, online).when(comeOnline).makes();
    endpoint.given(enrolled, online).when(goOffline).makes(offline);
    endpoint.given(enrolled, online, offline).when(goOffline).makes();
    endpoint.given(enrolled, online, offline).when(comeOnline).makes(online);
  });
  it('does not leave before it came', () => endpoint.given(enrolled).when(goOffline).makes());
  it('is quarantined once', () => {
    endpoint.given(enrolled).when(quarantine).makes(quarantined);
    endpoint.given(enrolled, quarantined).when(quarantine).makes();
  });
});

describe('letting a machine in', () => {
  const requested: EventDraft = { type: 'kanade.endpoint.enrolment-requested.v1', data };
  const approved: EventDraft = { type: 'kanade.endpoint.approved.v1', data: { endpointId } };
  const ask = { type: 'request-enrolment', ...data } as const;
  const approve = { type: 'approve', endpointId } as const;
  const revoked: EventDraft = { type: 'kanade.endpoint.revoked.v1', data: { endpointId, nkey: 'U1', reason: null } };

  it('is refused for one that never asked, or that was refused', () => {
    endpoint.given().when(approve).refuses('not-found');
    endpoint.given(requested, revoked).when(approve).refuses('endpoint-revoked');
    endpoint.given(requested, revoked).when(ask).refuses('endpoint-revoked');
  });
  it('waits: a token that needs no approval does not help one that waits', () => {
    endpoint.given(requested).when({ ...ask, type: 'enrol' }).refuses('endpoint-pending');
    endpoint.given(requested).when(comeOnline).makes();
  });
  it('is asked for once, and given once', () => {
    endpoint.given().when(ask).makes(requested);
    endpoint.given(requested).when(ask).makes();
    endpoint.given(requested).when(approve).makes(approved, enrolled);
    endpoint.given(requested, approved, enrolled).when(approve).makes();
    endpoint.given(requested, approved, enrolled).when(ask).makes();
  });
});

describe('cutting an endpoint off', () => {
  const revoke = { type: 'revoke', endpointId, reason: 'stolen', at: observedAt } as const;
  const retire = { type: 'retire', endpointId, at: observedAt } as const;
  const revoked: EventDraft = { type: 'kanade.endpoint.revoked.v1', data: { endpointId, nkey: 'U1', reason: 'stolen' } };
  const retired: EventDraft = { type: 'kanade.endpoint.retired.v1', data: { endpointId, nkey: 'U1' } };
  const cutOff: EventDraft = { type: 'kanade.endpoint.went-offline.v1', data: { endpointId, observedAt, reason: 'revoked' } };

  it('is refused for one that is not there, and of a retired one', () => {
    endpoint.given().when(revoke).refuses('not-found');
    endpoint.given().when(retire).refuses('not-found');
    endpoint.given(enrolled, retired).when(revoke).refuses('endpoint-retired');
  });
  it('keeps it from enrolling with the same keys again', () => {
    endpoint.given(enrolled, revoked).when({ type: 'enrol', ...data }).refuses('endpoint-revoked');
    endpoint.given(enrolled, retired).when({ type: 'enrol', ...data }).refuses('endpoint-retired');
  });
  it('is told once, with the end of its presence', () => {
    endpoint.given(enrolled).when(revoke).makes(revoked);
    endpoint.given(enrolled, online).when(revoke).makes(revoked, cutOff);
    endpoint.given(enrolled, online, revoked, cutOff).when(revoke).makes();
    endpoint.given(enrolled, online).when(retire).makes(retired, cutOff);
    endpoint.given(enrolled, retired).when(retire).makes();
    endpoint.given(enrolled, revoked).when(retire).makes(retired);
  });
  it('makes nothing of what the broker still says of it', () => endpoint.given(enrolled, revoked).when(comeOnline).makes());
});

describe('new keys for an endpoint', () => {
  const { site: _site, ...host } = data;
  const rekey = { type: 'rekey', ...host, nkey: 'U2', signingKey: 's2', sealingKey: 'x2', tokenId: 't2' } as const;
  const { type: _type, ...keys } = rekey;
  const rekeyed: EventDraft = { type: 'kanade.endpoint.rekeyed.v1', data: { ...keys, previousNkey: 'U1' } };
  const revoked: EventDraft = { type: 'kanade.endpoint.revoked.v1', data: { endpointId, nkey: 'U1', reason: null } };

  it('are refused before it is one, and where they were its keys before', () => {
    endpoint.given().when(rekey).refuses('not-found');
    endpoint.given({ type: 'kanade.endpoint.enrolment-requested.v1', data }).when(rekey).refuses('endpoint-pending');
    endpoint.given(enrolled, revoked).when({ ...rekey, nkey: 'U1' }).refuses('endpoint-revoked');
    endpoint.given(enrolled, rekeyed).when({ ...rekey, nkey: 'U1' }).refuses('endpoint-revoked');
  });
  it('are taken once, also by one that was cut off', () => {
    endpoint.given(enrolled).when(rekey).makes(rekeyed);
    endpoint.given(enrolled, revoked).when(rekey).makes(rekeyed);
    endpoint.given(enrolled, rekeyed).when(rekey).makes();
  });
  it('let it in again, and out of quarantine', () => {
    endpoint.given(enrolled, quarantined, revoked, rekeyed).when(comeOnline).makes(online);
    endpoint.given(enrolled, quarantined, rekeyed).when(quarantine).makes(quarantined);
  });
});

describe('an alias', () => {
  const aliasOf = (alias: string | null) => ({ type: 'set-alias', endpointId, alias }) as const;
  const named = (alias: string | null): EventDraft => ({ type: 'kanade.endpoint.alias-changed.v1', data: { endpointId, alias } });
  const retired: EventDraft = { type: 'kanade.endpoint.retired.v1', data: { endpointId, nkey: 'U1' } };

  it('is refused for what is not there any more', () => {
    endpoint.given().when(aliasOf('desk')).refuses('not-found');
    endpoint.given(enrolled, retired).when(aliasOf('desk')).refuses('endpoint-retired');
  });
  it('is given and taken away, each told once', () => {
    endpoint.given(enrolled).when(aliasOf('desk')).makes(named('desk'));
    endpoint.given(enrolled, named('desk')).when(aliasOf('desk')).makes();
    endpoint.given(enrolled, named('desk')).when(aliasOf(null)).makes(named(null));
    endpoint.given(enrolled, named('desk'), retired).when(aliasOf(null)).makes();
  });
});

describe('holding an endpoint', () => {
  const hold = { type: 'hold', endpointId, cause: 'event-budget', detail: '50000 events today', until: observedAt } as const;
  const release = { type: 'release', endpointId, reason: 'operator' } as const;
  const held: EventDraft = { type: 'kanade.endpoint.held.v1', data: { endpointId, cause: 'event-budget', detail: '50000 events today', until: observedAt } };
  const released: EventDraft = { type: 'kanade.endpoint.released.v1', data: { endpointId, reason: 'operator' } };

  it('is refused for what is no endpoint, and no news of one that was cut off', () => {
    endpoint.given().when(hold).refuses('not-found');
    endpoint.given().when(release).refuses('not-found');
    endpoint.given(enrolled, { type: 'kanade.endpoint.revoked.v1', data: { endpointId, nkey: 'U1', reason: null } }).when(hold).makes();
  });
  it('is told once, and so is its end', () => {
    endpoint.given(enrolled).when(hold).makes(held);
    endpoint.given(enrolled, held).when(hold).makes();
    endpoint.given(enrolled, held).when(release).makes(released);
    endpoint.given(enrolled, held, released).when(release).makes();
    endpoint.given(enrolled, held, released).when(hold).makes(held);
  });
  it('ends with new keys', () => {
    const { site: _site, ...host } = data;
    endpoint.given(enrolled, held, { type: 'kanade.endpoint.rekeyed.v1', data: { ...host, nkey: 'U2', previousNkey: 'U1' } }).when(release).makes();
  });
});

describe('two machines as one endpoint', () => {
  const report = { type: 'report-conflict', endpointId, detail: 'the history holds 1/7, which this agent never wrote' } as const;
  const reported: EventDraft = { type: 'kanade.endpoint.conflict-reported.v1', data: { endpointId, detail: report.detail } };
  const { site: _site, ...host } = data;
  const rekeyed: EventDraft = { type: 'kanade.endpoint.rekeyed.v1', data: { ...host, nkey: 'U2', previousNkey: 'U1' } };

  it('are refused for what is no endpoint, and no news of one that was cut off', () => {
    endpoint.given().when(report).refuses('not-found');
    endpoint.given(enrolled, { type: 'kanade.endpoint.retired.v1', data: { endpointId, nkey: 'U1' } }).when(report).makes();
  });
  it('are told once, and again after new keys', () => {
    endpoint.given(enrolled).when(report).makes(reported);
    endpoint.given(enrolled, reported).when(report).makes();
    endpoint.given(enrolled, reported, rekeyed).when(report).makes(reported);
  });
});

describe('erasing an endpoint', () => {
  const erase = { type: 'erase', endpointId, reason: 'left' } as const;
  const erased: EventDraft = { type: 'kanade.endpoint.erased.v1', data: { endpointId, reason: 'left' } };
  const retired: EventDraft = { type: 'kanade.endpoint.retired.v1', data: { endpointId, nkey: 'U1' } };
  const revoked: EventDraft = { type: 'kanade.endpoint.revoked.v1', data: { endpointId, nkey: 'U1', reason: null } };

  it('refuses one that has not left the fleet', () => {
    endpoint.given().when(erase).refuses('not-found');
    endpoint.given(enrolled).when(erase).refuses('endpoint-not-retired');
    endpoint.given(enrolled, revoked).when(erase).refuses('endpoint-not-retired');
  });
  it('is told once, and once more after it came back and left', () => {
    endpoint.given(enrolled, retired).when(erase).makes(erased);
    endpoint.given(enrolled, retired, erased).when(erase).makes();
    const { site: _site, ...keys } = data;
    const rekeyed: EventDraft = { type: 'kanade.endpoint.rekeyed.v1', data: { ...keys, nkey: 'U2', previousNkey: 'U1' } };
    endpoint.given(enrolled, retired, erased, rekeyed).when(erase).refuses('endpoint-not-retired');
    endpoint.given(enrolled, retired, erased, rekeyed, retired).when(erase).makes(erased);
  });
});
