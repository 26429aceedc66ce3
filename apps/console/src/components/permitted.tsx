import type { Permission } from '@kanade/contracts';
import { isAllowed } from '@kanade/domain';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { sessionQuery } from '../api/session.ts';

/** Tells what whoever is signed in may do; what they may not is refused by the backend, and here only spared them. */
export function useMay(): (permission: Permission) => boolean {
  const { data: session } = useQuery(sessionQuery);
  return (permission) => isAllowed(session?.grants ?? [], permission);
}

interface PermittedProps {
  readonly needs: Permission;
  readonly children: ReactNode;
}

/** Shows something only to who may do it. */
export function Permitted({ needs, children }: PermittedProps) {
  return useMay()(needs) ? children : null;
}
