import { cleanup, screen, waitFor } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { sessionQuery } from '../api/session.ts';
import { renderIn } from '../page.spec-kit.tsx';
import { Permitted } from './permitted.tsx';

afterEach(cleanup);

const session = (role: 'viewer' | 'operator') => ({ accountId: 'a1', username: 'hana', role, grants: [{ role, sites: 'all' as const }], expiresAt: '2099-01-01T00:00:00.000Z' });

describe('what takes a permission', () => {
  it('is shown to who has it, and spared who has not', async () => {
    const { queries } = await renderIn('en', <Permitted needs="run">a button</Permitted>);
    expect(screen.getByText('a button')).toBeTruthy();
    queries.setQueryData(sessionQuery.queryKey, session('viewer'));
    await waitFor(() => {
      expect(screen.queryByText('a button')).toBeNull();
    });
    queries.setQueryData(sessionQuery.queryKey, session('operator'));
    await waitFor(() => {
      expect(screen.getByText('a button')).toBeTruthy();
    });
    queries.setQueryData(sessionQuery.queryKey, null);
    await waitFor(() => {
      expect(screen.queryByText('a button')).toBeNull();
    });
  });
});
