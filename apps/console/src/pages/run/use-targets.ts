import { useQuery } from '@tanstack/react-query';
import type { UseQueryResult } from '@tanstack/react-query';
import { useState } from 'react';
import { allEndpointsQuery } from '../../api/endpoints.ts';
import type { EndpointView } from '../../api/types.ts';
import type { ChosenEndpoint } from '../../components/selection.tsx';

export interface Targets {
  readonly mode: 'chosen' | 'all';
  readonly setMode: (mode: 'chosen' | 'all') => void;
  /** Exactly the endpoints that will be sent. */
  readonly list: readonly ChosenEndpoint[];
  /** How many were left out because they are quarantined and get no commands. */
  readonly quarantined: number;
  /** How many were left out because they wait for approval, or were revoked or retired. */
  readonly barred: number;
  readonly isChosen: (id: string) => boolean;
  readonly add: (endpoint: ChosenEndpoint) => void;
  readonly remove: (endpoint: ChosenEndpoint) => void;
  readonly all: UseQueryResult<{ endpoints: EndpointView[]; complete: boolean }>;
}

/**
 * The endpoints of the run form. `all` is resolved here, not on the server, and sent as a list: an endpoint that enrols
 * between looking and clicking must not run what nobody saw it would run.
 */
export function useTargets(initial: readonly ChosenEndpoint[]): Targets {
  const [mode, setMode] = useState<'chosen' | 'all'>('chosen');
  const [chosen, setChosen] = useState<readonly ChosenEndpoint[]>(initial);
  const all = useQuery({ ...allEndpointsQuery, enabled: mode === 'all' });
  const candidates = mode === 'all' ? (all.data?.endpoints ?? []) : chosen;
  const inFleet = candidates.filter(({ standing }) => standing === 'active');
  const list = inFleet.filter((endpoint) => !endpoint.quarantined);
  return {
    mode,
    setMode,
    list,
    quarantined: inFleet.length - list.length,
    barred: candidates.length - inFleet.length,
    isChosen: (id) => chosen.some((endpoint) => endpoint.id === id),
    add: (endpoint) => {
      setChosen((before) => (before.some(({ id }) => id === endpoint.id) ? before : [...before, endpoint]));
    },
    remove: (endpoint) => {
      setChosen((before) => before.filter(({ id }) => id !== endpoint.id));
    },
    all,
  };
}
