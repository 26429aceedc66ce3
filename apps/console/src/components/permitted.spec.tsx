import type { Grant, SessionView } from '@kanade/api-client';
import { cleanup, screen, waitFor } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { sessionQuery } from '../api/session.ts';
import { renderIn } from '../page.spec-kit.tsx';
import { Permitted } from './permitted.tsx';

afterEach(cleanup);

const session = (role: Grant['role'], grants: Grant[] = [{ role, sites: 'all' }]): SessionView => ({ accountId: 'a1', username: 'hana', role, grants, expiresAt: '2099-01-01T00:00:00.000Z' });

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

  it('is shown on a site only to who has it there, and without a site to who has it anywhere', async () => {
    const { queries } = await renderIn('en', <p data-testid="all"><Permitted needs="run">anywhere</Permitted><Permitted needs="run" site="tokyo">, in tokyo</Permitted><Permitted needs="run" site="osaka">, in osaka</Permitted></p>);
    expect(screen.getByTestId('all').textContent).toBe('anywhere, in tokyo, in osaka');
    queries.setQueryData(sessionQuery.queryKey, session('operator', [{ role: 'viewer', sites: 'all' }, { role: 'operator', sites: ['tokyo'] }]));
    await waitFor(() => {
      expect(screen.getByTestId('all').textContent).toBe('anywhere, in tokyo');
    });
  });
});
