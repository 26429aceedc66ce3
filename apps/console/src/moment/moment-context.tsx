import { useMatches } from '@tanstack/react-router';
import { createContext, use } from 'react';

/** The moment of the past that is looked at. */
export interface Moment {
  /** As the address and the API have it: a position, or an RFC 3339 time. */
  readonly at: string;
  /** When that was, Unix ms; undefined for a position as long as nobody has said. */
  readonly time: number | undefined;
}

export const MomentContext = createContext<Moment | undefined>(undefined);

/** The moment of the past everything is shown as of; undefined for the present. */
export function useMoment(): Moment | undefined {
  return use(MomentContext);
}

/** Whether the page that is open can be looked at as it was. */
export function useIsDated(): boolean {
  return useMatches({ select: (matches) => matches.some(({ routeId }) => routeId === '/signed-in/dated') });
}
