import { configureApi } from '@kanade/api-client';
import type { SessionView } from '@kanade/api-client';
import { cleanup, screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sessionQuery } from '../../api/session.ts';
import { MoveToSite } from '../../components/move-to-site.tsx';
import { NoEndpoints } from '../../components/no-endpoints.tsx';
import { renderIn } from '../../page.spec-kit.tsx';
import { CreateEnrolmentToken } from '../enrolment-tokens/create-enrolment-token.tsx';
import { SitesPage } from '../sites-page.tsx';
import { AddUser } from '../users/edit-user.tsx';

const sites = [
  { name: 'default', endpointCount: 1200, createdAt: null, createdBy: null },
  { name: 'osaka', endpointCount: 0, createdAt: '2026-01-01T00:00:00.000Z', createdBy: 'user:hana' },
  { name: 'tokyo', endpointCount: 1, createdAt: '2026-01-02T00:00:00.000Z', createdBy: 'user:hana' },
];
const local: SessionView = { accountId: 'a2', username: 'hana', role: 'admin', grants: [{ role: 'admin', sites: ['tokyo'] }], expiresAt: '2099-01-01T00:00:00.000Z' };
const endpoints = ['pc-1', 'pc-2', 'pc-3'].map((name) => ({ id: name, name, alias: null, site: 'default' }));

const send = vi.fn<typeof fetch>();
/** What whatever changes something is answered with. */
let answer: (path: string) => Response;

beforeEach(() => {
  answer = () => Response.json({ position: '00000000:1' });
  send.mockReset();
  send.mockImplementation((url, init) => Promise.resolve(init?.method === 'GET' ? Response.json({ items: sites }) : answer(url instanceof Request ? url.url : url.toString())));
  configureApi({ baseUrl: 'http://localhost', fetch: send });
});
afterEach(cleanup);

const problem = (status: number, body: object) => Response.json({ type: 'about:blank', title: 'refused', status, ...body }, { status, headers: { 'content-type': 'application/problem+json' } });
const changes = () =>
  send.mock.calls.filter(([, init]) => init?.method !== 'GET').map(([url, init]) => [init?.method, (url instanceof Request ? url.url : url.toString()).replace('http://localhost/api/v1', ''), init?.body]);
const choose = async (field: string, option: string) => {
  await userEvent.click(await screen.findByLabelText(field, { selector: 'input' }));
  await userEvent.click(await screen.findByRole('option', { name: option }));
};

describe('the page of sites', () => {
  it('tells how many endpoints each has, and leads to them', async () => {
    await renderIn('en', <SitesPage />);
    const link = await screen.findByRole('link', { name: '1,200 endpoints of default' });
    expect(link.getAttribute('href')).toBe('/endpoints?site=default');
    expect(screen.getByRole('link', { name: '1 endpoint of tokyo' })).toBeTruthy();
    expect(screen.getByText('always there')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Delete site default' })).toBeNull();
  });

  it('makes one with a good name that is not taken', async () => {
    await renderIn('en', <SitesPage />);
    await screen.findByText('tokyo');
    await userEvent.click(screen.getByRole('button', { name: 'New site' }));
    const name = await screen.findByLabelText('Site', { selector: 'input' });
    await userEvent.type(name, 'Kyoto{Enter}');
    expect(screen.getByText(/Small letters, digits and hyphens;/)).toBeTruthy();
    await userEvent.clear(name);
    await userEvent.type(name, 'tokyo{Enter}');
    expect(screen.getByText('There is such a site already.')).toBeTruthy();
    expect(changes()).toEqual([]);
    await userEvent.clear(name);
    await userEvent.type(name, 'kyoto{Enter}');
    await waitFor(() => {
      expect(changes()).toEqual([['PUT', '/sites/kyoto', undefined]]);
    });
  });

  it('deletes one after a question, and says what still belongs to it', async () => {
    answer = () => problem(409, { code: 'site-in-use', detail: '1 endpoint belongs to it' });
    await renderIn('ja', <SitesPage />);
    await userEvent.click(await screen.findByRole('button', { name: 'サイト tokyo を削除' }));
    const dialog = await screen.findByRole('dialog');
    expect(changes()).toEqual([]);
    await userEvent.click(within(dialog).getByRole('button', { name: '削除' }));
    expect(await screen.findByText('このサイトに属しているものがまだあります。')).toBeTruthy();
    expect(screen.getByText('1 endpoint belongs to it')).toBeTruthy();
    expect(changes()).toEqual([['DELETE', '/sites/tokyo', undefined]]);
  });

  it('is there to look at for who may not change it', async () => {
    const { queries } = await renderIn('en', <SitesPage />);
    queries.setQueryData(sessionQuery.queryKey, local);
    await screen.findByText('tokyo');
    await waitFor(() => {
      expect(screen.queryByRole('button')).toBeNull();
    });
  });
});

describe('moving endpoints to a site', () => {
  it('moves each, says which could not be, and keeps those to be tried again', async () => {
    const moved = vi.fn();
    const close = vi.fn();
    answer = (path) => (path.includes('pc-2') ? problem(404, { code: 'not-found', detail: 'there is no endpoint pc-2' }) : Response.json({ position: '00000000:1' }));
    await renderIn('en', <MoveToSite endpoints={endpoints} onMoved={moved} onClose={close} />);
    expect(await screen.findByText('Move 3 endpoints to a site')).toBeTruthy();
    await choose('Site', 'tokyo');
    await userEvent.click(screen.getByRole('button', { name: 'Move' }));
    expect(await screen.findByText('1 endpoint could not be moved')).toBeTruthy();
    expect(screen.getByText(/^pc-2: .*there is no endpoint pc-2$/)).toBeTruthy();
    expect(screen.getByText('Move pc-2 to another site')).toBeTruthy();
    expect(moved.mock.calls).toEqual([[[endpoints[0], endpoints[2]]]]);
    expect(close).not.toHaveBeenCalled();
    expect(changes()).toEqual(['pc-1', 'pc-2', 'pc-3'].map((id) => ['PUT', `/endpoints/${id}/site`, '{"site":"tokyo"}']));
    answer = () => Response.json({ position: '00000000:2' });
    await userEvent.click(screen.getByRole('button', { name: 'Move' }));
    await waitFor(() => {
      expect(close).toHaveBeenCalledOnce();
    });
    expect(changes()).toHaveLength(4);
  });

  it('offers the sites that one manages, but not the one where all of them are', async () => {
    const { queries } = await renderIn('en', <MoveToSite endpoints={endpoints} onClose={() => undefined} />);
    await userEvent.click(await screen.findByLabelText('Site', { selector: 'input' }));
    await waitFor(() => {
      expect(screen.getAllByRole('option').map(({ textContent }) => textContent)).toEqual(['osaka', 'tokyo']);
    });
    queries.setQueryData(sessionQuery.queryKey, local);
    await waitFor(() => {
      expect(screen.getAllByRole('option').map(({ textContent }) => textContent)).toEqual(['tokyo']);
    });
  });
});

describe('forms that take a site', () => {
  it('let one choose for an enrolment token, and show at the field what the server says of it', async () => {
    answer = () => problem(400, { code: 'invalid-request', errors: [{ path: 'site', message: 'there is no site osaka' }] });
    await renderIn('en', <CreateEnrolmentToken />);
    await userEvent.click(screen.getByRole('button', { name: 'New token' }));
    await choose('Site', 'osaka');
    await userEvent.click(screen.getByRole('button', { name: 'Make the token' }));
    expect(await screen.findByText('there is no site osaka')).toBeTruthy();
    expect(screen.getByLabelText('Site', { selector: 'input' }).getAttribute('aria-invalid')).toBe('true');
    expect(screen.queryByRole('alert')).toBeNull();
    expect(changes()).toMatchObject([['POST', '/enrolment-tokens', expect.stringContaining('"site":"osaka"')]]);
  });

  it('let several be chosen for a role, and show at the field what the server says of them', async () => {
    answer = () => problem(400, { code: 'invalid-request', errors: [{ path: 'grants.0.sites.1', message: 'there is no site osaka' }] });
    await renderIn('en', <AddUser onClose={() => undefined} onMade={() => undefined} />);
    await userEvent.type(await screen.findByLabelText('User name'), 'ren');
    await choose('Sites', 'tokyo');
    await choose('Sites', 'osaka');
    await userEvent.click(screen.getByRole('button', { name: 'Add' }));
    expect(await screen.findByText('there is no site osaka')).toBeTruthy();
    expect(screen.queryByRole('alert')).toBeNull();
    expect(changes()).toMatchObject([['POST', '/accounts', '{"username":"ren","grants":[{"role":"viewer","sites":["tokyo","osaka"]}]}']]);
  });
});

describe('no endpoints', () => {
  it('tell somebody limited to sites of those, and others how to enrol one', async () => {
    const { queries } = await renderIn('en', <NoEndpoints />);
    expect(screen.getByText('No endpoint has been enrolled yet')).toBeTruthy();
    queries.setQueryData(sessionQuery.queryKey, local);
    expect(await screen.findByText('Your site has no endpoint yet')).toBeTruthy();
    expect(screen.getByText(/what belongs to tokyo\./)).toBeTruthy();
  });
});
