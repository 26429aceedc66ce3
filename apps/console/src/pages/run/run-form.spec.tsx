import { configureApi } from '@kanade/api-client';
import type { SessionView } from '@kanade/api-client';
import { cleanup, screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sessionQuery } from '../../api/session.ts';
import type { ChosenEndpoint } from '../../components/selection.tsx';
import { renderIn } from '../../page.spec-kit.tsx';
import { RunForm } from './run-form.tsx';
import { emptyRun, valuesOf } from './run-values.ts';

const endpoints = (count: number): ChosenEndpoint[] =>
  Array.from({ length: count }, (_, index) => ({ id: `e${index}`, name: `host-${index}`, nameSince: '2026-01-01T00:00:00.000Z', alias: null, site: 'default', standing: 'active', status: 'online', quarantined: false, conflicted: false, held: false, simulated: false }));

const mixed: SessionView = { accountId: 'a2', username: 'hana', role: 'operator', grants: [{ role: 'viewer', sites: 'all' }, { role: 'operator', sites: ['tokyo'] }], expiresAt: '2099-01-01T00:00:00.000Z' };

const send = vi.fn<typeof fetch>();

beforeEach(() => {
  send.mockReset();
  send.mockImplementation((_, init) => Promise.resolve(Response.json(init?.method === 'POST' ? { code: 'storage-full', title: 'full' } : { items: [], nextCursor: null, position: '00000000:1' }, { status: init?.method === 'POST' ? 507 : 200 })));
  configureApi({ baseUrl: 'http://localhost', fetch: send });
});

afterEach(cleanup);

const posted = () => send.mock.calls.filter(([, init]) => init?.method === 'POST').map(([, init]) => ({ body: init?.body, key: new Headers(init?.headers).get('Idempotency-Key') }));

describe('RunForm', () => {
  it('sends nothing without a script or an endpoint, and says why', async () => {
    await renderIn('en', <RunForm initial={emptyRun} endpoints={[]} />);
    await userEvent.click(screen.getByRole('button', { name: 'Run' }));
    expect(screen.getByText('Write a script.')).toBeTruthy();
    expect(screen.getByText('Choose at least one endpoint.')).toBeTruthy();
    expect(posted()).toEqual([]);
  });

  it('sends exactly the endpoints it shows, and the same key when it is sent again', async () => {
    await renderIn('en', <RunForm initial={{ ...emptyRun, script: 'id' }} endpoints={endpoints(3)} />);
    await userEvent.click(screen.getByRole('button', { name: 'Remove host-1' }));
    await userEvent.click(screen.getByRole('button', { name: 'Run on 2 endpoints' }));
    await waitFor(() => {
      expect(screen.getByText('The backend’s storage is full.')).toBeTruthy();
    });
    await userEvent.click(screen.getByRole('button', { name: 'Run on 2 endpoints' }));
    await waitFor(() => {
      expect(posted()).toHaveLength(2);
    });
    const [first, second] = posted();
    expect(first?.body).toContain('"targets":{"kind":"endpoints","ids":["e0","e2"]}');
    expect(first?.key).toBeTruthy();
    expect(second).toEqual(first);
  });

  it('shows every option of what is run again, and sends it as it was', async () => {
    const execute = { shell: 'bash', script: 'id', timeout: '5m', runAs: 'user', cwd: '/srv', env: { A: 'two\nlines' }, arguments: ['', 'a b'] } as const;
    await renderIn('en', <RunForm initial={valuesOf({ ...execute, arguments: [...execute.arguments] })} endpoints={endpoints(1)} />);
    expect(screen.getByLabelText('Argument 2')).toHaveProperty('value', 'a b');
    expect(screen.getByLabelText('Value of variable 1')).toHaveProperty('value', 'two\nlines');
    expect(screen.getByLabelText('Directory it starts in')).toHaveProperty('value', '/srv');
    await userEvent.click(screen.getByRole('button', { name: 'Add an argument' }));
    await userEvent.type(screen.getByLabelText('Argument 3'), 'more');
    await userEvent.click(screen.getByRole('button', { name: 'Remove argument 2' }));
    await userEvent.click(screen.getByRole('button', { name: 'Run on 1 endpoint' }));
    await waitFor(() => {
      expect(posted()).toHaveLength(1);
    });
    const body = posted()[0]?.body;
    expect(typeof body === 'string' ? JSON.parse(body) : body).toMatchObject({ what: { kind: 'script', execute: { ...execute, arguments: ['', 'more'] } } });
  });

  it('leaves quarantined endpoints out and says so', async () => {
    const [first, second] = endpoints(2);
    await renderIn('en', <RunForm initial={{ ...emptyRun, script: 'id' }} endpoints={[...(first ? [first] : []), ...(second ? [{ ...second, quarantined: true }] : [])]} />);
    expect(screen.getByText('1 quarantined endpoint is left out.')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Run on 1 endpoint' })).toBeTruthy();
  });

  it('leaves out who is not in the fleet, and points out a new name', async () => {
    const [first, second] = endpoints(2);
    const chosen = [...(first ? [{ ...first, alias: 'Front desk', nameSince: new Date().toISOString() }] : []), ...(second ? [{ ...second, standing: 'revoked' as const }] : [])];
    await renderIn('en', <RunForm initial={{ ...emptyRun, script: 'id' }} endpoints={chosen} />);
    expect(screen.getByText('1 endpoint that is not in the fleet is left out.')).toBeTruthy();
    expect(screen.getByText('New name')).toBeTruthy();
    expect(screen.getByText('Front desk')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Run on 1 endpoint' })).toBeTruthy();
  });

  it('lists the endpoints of the chosen sites, and sends exactly those', async () => {
    const answered = send.getMockImplementation();
    send.mockImplementation((url, init) => {
      const { pathname, searchParams } = new URL(url instanceof Request ? url.url : url.toString());
      if (pathname === '/api/v1/sites') return Promise.resolve(Response.json({ items: ['tokyo', 'osaka'].map((name) => ({ name, endpointCount: 1, createdAt: null, createdBy: null })) }));
      const site = searchParams.get('site');
      if (site !== null) return Promise.resolve(Response.json({ items: [{ ...endpoints(1)[0], id: `of-${site}`, name: `host-${site}`, site }], nextCursor: null, position: '00000000:1' }));
      return answered?.(url, init) ?? Promise.reject(new Error('nothing answers'));
    });
    await renderIn('en', <RunForm initial={{ ...emptyRun, script: 'id' }} endpoints={[]} />);
    await userEvent.click(screen.getByText('By site'));
    expect(screen.getByText('Choose a site that has endpoints.')).toBeTruthy();
    for (const site of ['tokyo', 'osaka']) {
      await userEvent.click(await screen.findByLabelText('Sites', { selector: 'input' }));
      await userEvent.click(await screen.findByRole('option', { name: site }));
    }
    expect(await screen.findByText('host-osaka')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'Run on 2 endpoints' }));
    await waitFor(() => {
      expect(posted()[0]?.body).toContain('"targets":{"kind":"endpoints","ids":["of-osaka","of-tokyo"]}');
    });
  });

  it('leaves out what is on a site where one may only look', async () => {
    const [here, there] = endpoints(2);
    const { queries } = await renderIn('en', <RunForm initial={{ ...emptyRun, script: 'id' }} endpoints={[...(here ? [{ ...here, site: 'tokyo' }] : []), ...(there ? [there] : [])]} />);
    queries.setQueryData(sessionQuery.queryKey, mixed);
    expect(await screen.findByText('1 endpoint is left out: your role does not run anything on its site.')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Run on 1 endpoint' })).toBeTruthy();
  });

  it('has the number typed before it runs on many', async () => {
    await renderIn('en', <RunForm initial={{ ...emptyRun, script: 'id' }} endpoints={endpoints(30)} />);
    await userEvent.click(screen.getByRole('button', { name: 'Run on 30 endpoints' }));
    const dialog = await screen.findByRole('dialog');
    await userEvent.type(screen.getByLabelText('Type 30 to confirm'), '3{Enter}');
    expect(posted()).toEqual([]);
    await userEvent.type(screen.getByLabelText('Type 30 to confirm'), '0{Enter}');
    await waitFor(() => {
      expect(posted()).toHaveLength(1);
    });
    expect(dialog.textContent).toContain('30');
  });

  it('asks for a code, or for an approval, where so many endpoints take one, and sends the same again with it', async () => {
    const answers: Record<string, unknown> = { '/api/v1/account': { accountId: 'a1', username: 'hana', provider: null, grants: [], secondFactor: { enabledAt: '2026-01-01T00:00:00.000Z', recoveryCodesLeft: 10 } } };
    const refusals = ['confirmation-required', 'second-factor-failed', 'storage-full'];
    send.mockImplementation((input, init) => {
      const { pathname } = new URL(input instanceof Request ? input.url : input);
      if (init?.method !== 'POST') return Promise.resolve(Response.json(answers[pathname] ?? { items: [], nextCursor: null, position: '00000000:1', provider: null }));
      return Promise.resolve(Response.json({ code: refusals.shift(), title: 'refused' }, { status: 403 }));
    });
    await renderIn('en', <RunForm initial={{ ...emptyRun, script: 'id' }} endpoints={endpoints(2)} />);
    await userEvent.click(screen.getByRole('button', { name: 'Run on 2 endpoints' }));
    await userEvent.type(await screen.findByLabelText('Code of your second factor'), '123456{Enter}');
    await screen.findByText('The code is wrong, or was used already.');
    await userEvent.click(screen.getByRole('button', { name: 'Ask for approval' }));
    await screen.findByText('The backend’s storage is full.');
    const confirms = posted().map(({ body }) => (typeof body === 'string' ? /"confirm":(\{[^}]*\})/.exec(body)?.[1] : 'no text'));
    expect(confirms).toEqual([undefined, '{"kind":"code","code":"123456"}', '{"kind":"approval"}']);
    expect(new Set(posted().map(({ key }) => key)).size).toBe(1);
  });
});
