import type { Permission, Sites } from '@kanade/contracts';
import { permittedSites } from '@kanade/domain';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { sessionQuery } from '../api/session.ts';
import { useMoment } from '../moment/moment-context.tsx';

/** Where whoever is signed in may do something: everywhere, on some sites, or nowhere. */
export function usePermittedSites(permission: Permission): Sites | undefined {
  const { data: session } = useQuery(sessionQuery);
  return permittedSites(session?.grants ?? [], permission);
}

/**
 * Tells what whoever is signed in may do, anywhere or on one site; what they may not is refused by the backend, and here
 * only spared them.
 */
export function useMay(): (permission: Permission, site?: string) => boolean {
  const { data: session } = useQuery(sessionQuery);
  return (permission, site) => {
    const sites = permittedSites(session?.grants ?? [], permission);
    return sites === 'all' || (sites !== undefined && (site === undefined || sites.includes(site)));
  };
}

interface PermittedProps {
  readonly needs: Permission;
  /** The site of what it is about; without it, to be allowed anywhere is enough. */
  readonly site?: string;
  readonly children: ReactNode;
}

/** As `useMay`, for what changes something: nobody changes the past. */
export function useMayNow(): ReturnType<typeof useMay> {
  const may = useMay();
  const isPast = useMoment() !== undefined;
  return (permission, site) => !isPast && may(permission, site);
}

/** Shows what changes something only to who may do it, and only now. */
export function Permitted({ needs, site, children }: PermittedProps) {
  return useMayNow()(needs, site) ? children : null;
}
