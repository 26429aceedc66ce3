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
