import { useQuery } from '@tanstack/react-query';
import type { UseQueryResult } from '@tanstack/react-query';
import { useState } from 'react';
import { allEndpointsQuery, endpointsOfSitesQuery } from '../../api/endpoints.ts';
import { useSiteNames } from '../../api/sites.ts';
import type { EndpointView } from '../../api/types.ts';
import { useMay } from '../../components/permitted.tsx';
import type { ChosenEndpoint } from '../../components/selection.tsx';

export const targetModes = ['chosen', 'sites', 'all'] as const;
export type TargetMode = (typeof targetModes)[number];

export interface Targets {
  readonly mode: TargetMode;
  readonly setMode: (mode: TargetMode) => void;
  /** The sites there are to choose from, and those that are chosen. */
  readonly sites: { readonly known: readonly string[]; readonly chosen: readonly string[]; readonly choose: (sites: readonly string[]) => void };
  /** Exactly the endpoints that will be sent. */
  readonly list: readonly ChosenEndpoint[];
  /** How many were left out because they are quarantined and get no commands. */
  readonly quarantined: number;
  /** How many were left out because they wait for approval, or were revoked or retired. */
  readonly barred: number;
  /** How many were left out because they are on sites where one may look, but not run anything. */
  readonly foreign: number;
  readonly isChosen: (id: string) => boolean;
  readonly add: (endpoint: ChosenEndpoint) => void;
  readonly remove: (endpoint: ChosenEndpoint) => void;
  /** Where the endpoints of `all` and `sites` come from. */
  readonly found: UseQueryResult<{ endpoints: EndpointView[]; complete: boolean }>;
}

/**
 * The endpoints of the run form. `all` and `sites` are resolved here, not on the server, and sent as a list: an endpoint that
 * enrols between looking and clicking must not run what nobody saw it would run.
 */
export function useTargets(initial: readonly ChosenEndpoint[]): Targets {
  const may = useMay();
  const known = useSiteNames('run');
  const [mode, setMode] = useState<TargetMode>('chosen');
  const [chosen, setChosen] = useState<readonly ChosenEndpoint[]>(initial);
  const [picked, setPicked] = useState<readonly string[]>();
  // Who has one site only means that one.
  const sites = picked ?? (known.length === 1 ? known : []);
  const all = useQuery({ ...allEndpointsQuery, enabled: mode === 'all' });
  const ofSites = useQuery({ ...endpointsOfSitesQuery(sites), enabled: mode === 'sites' && sites.length > 0 });
  const found = mode === 'sites' ? ofSites : all;
  const candidates = mode === 'chosen' ? chosen : (found.data?.endpoints ?? []);
  const own = candidates.filter(({ site }) => may('run', site));
  const inFleet = own.filter(({ standing }) => standing === 'active');
  const list = inFleet.filter((endpoint) => !endpoint.quarantined);
  return {
    mode,
    setMode,
    sites: { known, chosen: sites, choose: setPicked },
    list,
    quarantined: inFleet.length - list.length,
    barred: own.length - inFleet.length,
    foreign: candidates.length - own.length,
    isChosen: (id) => chosen.some((endpoint) => endpoint.id === id),
    add: (endpoint) => {
      setChosen((before) => (before.some(({ id }) => id === endpoint.id) ? before : [...before, endpoint]));
    },
    remove: (endpoint) => {
      setChosen((before) => before.filter(({ id }) => id !== endpoint.id));
    },
    found,
  };
}
