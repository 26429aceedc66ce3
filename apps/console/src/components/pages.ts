import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useState } from 'react';

declare module '@tanstack/react-router' {
  interface HistoryState {
    /** Cursors of the pages before this one; the first page's is empty. */
    trail?: readonly string[];
  }
}

/** Where a reader is in a list whose pages only know their successor. */
export interface Pages {
  readonly cursor: string | undefined;
  readonly isFirst: boolean;
  readonly hasPrevious: boolean;
  readonly next: (cursor: string) => void;
  readonly previous: () => void;
  readonly first: () => void;
}

/** Pages of the list a page is about: the cursor stands in the address, the way back in the browser's history entry. */
export function useAddressPages(cursor: string | undefined): Pages {
  const navigate = useNavigate();
  const trail = useRouterState({ select: (state) => state.location.state.trail });
  const go = (to: string | undefined, way: readonly string[]) => {
    void navigate({ to: '.', search: (before) => ({ ...before, cursor: to === '' ? undefined : to }), state: { trail: way } });
  };
  return {
    cursor,
    isFirst: cursor === undefined,
    hasPrevious: cursor !== undefined && trail !== undefined && trail.length > 0,
    next: (to) => {
      go(to, [...(trail ?? []), cursor ?? '']);
    },
    previous: () => {
      go(trail?.at(-1), trail?.slice(0, -1) ?? []);
    },
    first: () => {
      go(undefined, []);
    },
  };
}

/** Pages of a list inside a page; another `of` (filter, search) begins at the first page again. */
export function useLocalPages(of: string): Pages {
  const [state, setState] = useState<{ readonly of: string; readonly trail: readonly string[] }>({ of, trail: [] });
  const trail = state.of === of ? state.trail : [];
  return {
    cursor: trail.at(-1),
    isFirst: trail.length === 0,
    hasPrevious: trail.length > 0,
    next: (to) => {
      setState({ of, trail: [...trail, to] });
    },
    previous: () => {
      setState({ of, trail: trail.slice(0, -1) });
    },
    first: () => {
      setState({ of, trail: [] });
    },
  };
}
