import { configureApi } from '@kanade/api-client';
import { cleanup, screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { renderIn } from '../../page.spec-kit.tsx';
import { ManageEndpoint } from './manage-endpoint.tsx';

const endpoint = { id: 'e1', name: 'pc-1', alias: null, site: 'default', standing: 'active', held: false } as const;
const send = vi.fn<typeof fetch>();
let answer: () => Response;

beforeEach(() => {
  answer = () => Response.json({ position: '00000000:1' });
  send.mockReset();
  send.mockImplementation(() => Promise.resolve(answer()));
  configureApi({ baseUrl: 'http://localhost', fetch: send });
});
afterEach(cleanup);

const sent = () => send.mock.calls.map(([url, init]) => [init?.method, (url instanceof Request ? url.url : url.toString()).replace('http://localhost', ''), init?.body]);
const choose = async (item: string) => {
  await userEvent.click(screen.getByRole('button', { name: 'Manage' }));
  await userEvent.click(await screen.findByRole('menuitem', { name: item }));
};

describe('what can be done with an endpoint', () => {
  it('is nothing once it has left the fleet', async () => {
    await renderIn('en', <ManageEndpoint endpoint={{ ...endpoint, standing: 'retired' }} />);
    expect(screen.queryByRole('button')).toBeNull();
  });

  it('is to revoke it, after a question, with the reason', async () => {
    await renderIn('en', <ManageEndpoint endpoint={endpoint} />);
    await choose('Revoke…');
    expect(await screen.findByText('Revoke pc-1?')).toBeTruthy();
    expect(send).not.toHaveBeenCalled();
    await userEvent.type(screen.getByLabelText('Why (stays in the history)'), 'stolen');
    await userEvent.click(screen.getByRole('button', { name: 'Revoke it' }));
    await waitFor(() => {
      expect(sent()).toEqual([['POST', '/api/v1/endpoints/e1/revoke', '{"reason":"stolen"}']]);
    });
  });

  it('is to let it in while it waits', async () => {
    await renderIn('ja', <ManageEndpoint endpoint={{ ...endpoint, standing: 'pending' }} />);
    await userEvent.click(screen.getByRole('button', { name: '承認' }));
    await waitFor(() => {
      expect(sent()).toEqual([['POST', '/api/v1/endpoints/e1/approve', undefined]]);
    });
  });

  it('is to let its events through while it is held', async () => {
    await renderIn('en', <ManageEndpoint endpoint={{ ...endpoint, held: true }} />);
    await userEvent.click(screen.getByRole('button', { name: 'Release' }));
    await waitFor(() => {
      expect(sent()).toEqual([['POST', '/api/v1/endpoints/e1/release', undefined]]);
    });
  });

  it('is to call it something, and to be told when that is taken', async () => {
    answer = () => Response.json({ type: 'about:blank', title: 'taken', status: 409, code: 'alias-taken', detail: 'endpoint e2 is called "desk" already' }, { status: 409, headers: { 'content-type': 'application/problem+json' } });
    await renderIn('en', <ManageEndpoint endpoint={endpoint} />);
    await choose('Set alias…');
    await userEvent.type(await screen.findByLabelText('Alias'), 'desk');
    await userEvent.click(screen.getByRole('button', { name: 'Save' }));
    expect(await screen.findByText('Another endpoint has this alias.')).toBeTruthy();
    expect(sent()).toEqual([['PUT', '/api/v1/endpoints/e1/alias', '{"alias":"desk"}']]);
  });
});
