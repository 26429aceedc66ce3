import { createContext, use, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import type { EndpointView } from '../api/types.ts';

/** What is remembered of a chosen endpoint, to show what will run where without asking again. */
export type ChosenEndpoint = Pick<EndpointView, 'id' | 'name' | 'nameSince' | 'alias' | 'site' | 'standing' | 'status' | 'quarantined' | 'conflicted' | 'held' | 'simulated'>;

export interface EndpointSelection {
  readonly chosen: ReadonlyMap<string, ChosenEndpoint>;
  readonly toggle: (endpoints: readonly ChosenEndpoint[], on: boolean) => void;
  readonly clear: () => void;
}

const SelectionContext = createContext<EndpointSelection>({ chosen: new Map(), toggle: () => undefined, clear: () => undefined });

/** Keeps the endpoints ticked in the list over its pages, searches and the way to the run form. */
export function SelectionProvider({ children }: { readonly children: ReactNode }) {
  const [chosen, setChosen] = useState<ReadonlyMap<string, ChosenEndpoint>>(new Map());
  const selection = useMemo<EndpointSelection>(
    () => ({
      chosen,
      toggle: (endpoints, on) => {
        setChosen((before) => {
          const after = new Map(before);
          for (const endpoint of endpoints) {
            if (on) after.set(endpoint.id, endpoint);
            else after.delete(endpoint.id);
          }
          return after;
        });
      },
      clear: () => {
        setChosen(new Map());
      },
    }),
    [chosen],
  );
  return <SelectionContext value={selection}>{children}</SelectionContext>;
}

export function useSelection(): EndpointSelection {
  return use(SelectionContext);
}
