import { configureApi } from '@kanade/api-client';
import { cleanup, screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { renderIn } from '../../page.spec-kit.tsx';
import { AddUser } from '../users/edit-user.tsx';
import { PasswordSection } from './password-section.tsx';
import { TokensSection } from './tokens-section.tsx';
import { SecondFactorSetup } from './second-factor-setup.tsx';

const send = vi.fn<typeof fetch>();
const answer = (body: object, status = 200) => send.mockImplementationOnce(() => Promise.resolve(Response.json(body, { status })));
const sent = () => send.mock.calls.map(([url, init]) => [url, init?.body]);

beforeEach(() => {
  send.mockReset();
  configureApi({ baseUrl: 'http://localhost', fetch: send });
});
afterEach(cleanup);

describe('changing the password', () => {
  const fill = async (current: string, password: string, again: string) => {
    await userEvent.type(screen.getByLabelText('Current password'), current);
    await userEvent.type(screen.getByLabelText('New password'), password);
    await userEvent.type(screen.getByLabelText('New password again'), again);
    await userEvent.click(screen.getByRole('button', { name: 'Change password' }));
  };

  it('asks for 12 characters, twice the same, before it asks the server', async () => {
    await renderIn('en', <PasswordSection />);
    await fill('old', 'too short', 'other');
    expect(screen.getByText('At least 12 characters.')).toBeTruthy();
    expect(screen.getByText('The two are not the same.')).toBeTruthy();
    expect(sent()).toEqual([]);
  });

  it('says when the current one is wrong, and keeps who is signed in', async () => {
    answer({ code: 'password-wrong', title: 'wrong', detail: 'the current password is wrong' }, 403);
    await renderIn('en', <PasswordSection />);
    await fill('old', 'a long password', 'a long password');
    await waitFor(() => {
      expect(screen.getByText('The current password is wrong.')).toBeTruthy();
    });
    expect(sent()).toEqual([['http://localhost/api/v1/account/password', JSON.stringify({ currentPassword: 'old', newPassword: 'a long password' })]]);
  });
});

describe('tokens', () => {
  const made = { tokenId: 't1', name: 'nightly', username: 'hana', scopes: ['job:run:backup'], createdAt: '2026-01-31T12:00:00.000Z', expiresAt: '2026-05-01T12:00:00.000Z', lastUsedAt: null, lastUsedFrom: null };

  it('are made with scopes, and shown once', async () => {
    answer({ items: [] });
    answer({ token: 'kanade_secret', tokenId: 't1', expiresAt: made.expiresAt }, 201);
    answer({ items: [made] });
    await renderIn('en', <TokensSection />);
    await userEvent.click(await screen.findByRole('button', { name: 'New token' }));
    await userEvent.type(screen.getByLabelText('Name'), 'nightly');
    expect(screen.getByRole('button', { name: 'Make the token' })).toHaveProperty('disabled', true);
    await userEvent.type(screen.getByRole('combobox', { name: 'Scopes' }), 'job:run:backup{Enter}');
    await userEvent.click(screen.getByRole('button', { name: 'Make the token' }));
    expect(await screen.findByText('kanade_secret')).toBeTruthy();
    expect(sent()[1]).toEqual(['http://localhost/api/v1/account/tokens', JSON.stringify({ name: 'nightly', expiresIn: '90d', scopes: ['job:run:backup'] })]);
    await userEvent.click(screen.getByRole('button', { name: 'Done' }));
    expect(await screen.findByRole('button', { name: 'Revoke token nightly', hidden: true })).toBeTruthy();
  });

  it('say at the field what is wrong with a scope', async () => {
    answer({ items: [] });
    answer({ code: 'invalid-request', title: 'wrong', errors: [{ path: 'scopes.0', message: 'there is no site nowhere' }] }, 400);
    await renderIn('en', <TokensSection />);
    await userEvent.click(await screen.findByRole('button', { name: 'New token' }));
    await userEvent.type(screen.getByLabelText('Name'), 'nightly');
    await userEvent.type(screen.getByRole('combobox', { name: 'Scopes' }), 'read@site:nowhere{Enter}');
    await userEvent.click(screen.getByRole('button', { name: 'Make the token' }));
    expect(await screen.findByText('there is no site nowhere')).toBeTruthy();
  });
});

describe('setting up a second factor', () => {
  it('goes from the password over the key to the recovery codes', async () => {
    const onClose = vi.fn();
    answer({ secret: 'ABCDEFGHIJKLMNOP', uri: 'otpauth://totp/kanade:hana?secret=ABCDEFGHIJKLMNOP', expiresAt: '2026-01-31T12:00:00.000Z' }, 201);
    answer({ code: 'second-factor-failed', title: 'wrong' }, 401);
    answer({ recoveryCodes: ['aaaa-bbbb', 'cccc-dddd'] });
    await renderIn('en', <SecondFactorSetup onClose={onClose} />);
    await userEvent.type(screen.getByLabelText('Current password'), 'secret');
    await userEvent.click(screen.getByRole('button', { name: 'Continue' }));
    await screen.findByRole('img', { name: 'QR code for an authenticator app' });
    expect(screen.getByRole('region', { name: 'Key' }).textContent).toBe('ABCD EFGH IJKL MNOP');
    const code = screen.getByLabelText('Code shown by the app');
    await userEvent.type(code, '12345');
    await userEvent.click(screen.getByRole('button', { name: 'Turn on' }));
    expect(sent()).toHaveLength(1);
    await userEvent.type(code, '6');
    await userEvent.click(screen.getByRole('button', { name: 'Turn on' }));
    await screen.findByText('The code is wrong, or was used already.');
    await userEvent.click(screen.getByRole('button', { name: 'Turn on' }));
    expect((await screen.findByRole('region', { name: 'Keep these recovery codes' })).textContent).toBe('aaaa-bbbb\ncccc-dddd');
    expect(sent().map(([, body]) => body)).toEqual([JSON.stringify({ password: 'secret' }), ...Array.from({ length: 2 }, () => JSON.stringify({ code: '123456' }))]);
    await userEvent.click(screen.getByRole('button', { name: 'I have kept them' }));
    expect(onClose).toHaveBeenCalledOnce();
  });
});

describe('adding a user', () => {
  it('refuses names that can be none, and sends roles that hold everywhere', async () => {
    const onMade = vi.fn();
    const link = { accountId: 'a', username: 'hana', link: '/set-password#x', expiresAt: '2026-01-31T12:00:00.000Z', position: '00000000:1' };
    answer({ items: [] });
    await renderIn('en', <AddUser onClose={() => undefined} onMade={onMade} />);
    const add = screen.getByRole('button', { name: 'Add' });
    await userEvent.type(screen.getByLabelText('User name'), 'two words');
    expect(screen.getByText('A letter or digit first, then letters, digits and . _ @ -')).toBeTruthy();
    expect(add.hasAttribute('disabled')).toBe(true);
    await userEvent.clear(screen.getByLabelText('User name'));
    await userEvent.type(screen.getByLabelText('User name'), 'hana');
    await userEvent.selectOptions(screen.getByLabelText('Role'), 'Operator');
    answer(link, 201);
    await userEvent.click(add);
    await waitFor(() => {
      expect(onMade).toHaveBeenCalledExactlyOnceWith(link);
    });
    expect(sent().at(-1)).toEqual(['http://localhost/api/v1/accounts', JSON.stringify({ username: 'hana', grants: [{ role: 'operator', sites: 'all' }] })]);
  });
});
