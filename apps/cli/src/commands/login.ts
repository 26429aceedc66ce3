import { hostname, userInfo } from 'node:os';
import { Flags } from '@oclif/core';
import { ApiError, configureApi, createSessionToken, getSession } from '@kanade/api-client';
import type { CreateSessionTokenRequest, CreateTokenResult } from '@kanade/api-client';
import { BaseCommand } from '../base-command.ts';
import { readAuthority, trustOnly } from '../config/authority.ts';
import { ofCli } from '../config/of-cli.ts';
import { profileStoreFile, saveProfile } from '../config/profile-store.ts';
import type { StoredProfile } from '../config/profile-store.ts';
import { usageFailure } from '../failure.ts';
import { askHidden, readAll } from '../prompt.ts';

export class Login extends BaseCommand {
  static override readonly summary = 'Sign in to a backend and keep a token for it.';
  static override readonly description =
    'The password is asked for, or read from standard input with --password-stdin; it is never a flag, where other users could see it. Whoever signs in at an identity provider makes a token in the console (Account) and hands it over with --with-token.';
  static override readonly examples = ['<%= config.bin %> login --url http://127.0.0.1:8080 --username admin'];
  static override readonly flags = {
    url: Flags.string({ required: true, description: 'the backend’s address' }),
    username: Flags.string({ char: 'u', default: 'admin', description: 'the account to sign in with' }),
    ca: Flags.string({ description: 'file of the CA that vouches for the backend (keys/tls-ca.pem of its data directory), unless a public one does' }),
    name: Flags.string({ description: 'the profile to keep it under', default: 'default' }),
    expires: Flags.string({ description: 'how long the token is good for', default: '90d' }),
    code: Flags.string({ description: 'a code of the second factor, or a recovery code; asked for when it is needed' }),
    'password-stdin': Flags.boolean({ description: 'read the password from standard input' }),
    'with-token': Flags.boolean({ description: 'keep a token that was made in the console; it is asked for, or read from standard input', exclusive: ['username', 'code', 'password-stdin', 'expires'] }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Login);
    const url = readUrl(flags.url);
    const ca = flags.ca === undefined ? undefined : readAuthority(flags.ca);
    if (ca !== undefined) trustOnly(ca);
    configureApi({ baseUrl: url, headers: ofCli });
    if (flags['with-token']) {
      const token = await readToken(url);
      configureApi({ baseUrl: url, token, headers: ofCli });
      const { username, expiresAt } = await getSession();
      this.#keep(flags, { url, token, ca }, { username, expiresAt });
      return;
    }
    const password = flags['password-stdin'] ? withoutLineBreak(await readAll(process.stdin)) : await askHidden(`Password of ${flags.username} at ${url}: `);
    const { token, expiresAt } = await createWithSecondFactor({
      username: flags.username,
      password,
      name: `kanade CLI of ${userInfo().username} on ${hostname()}`.slice(0, 100),
      expiresIn: flags.expires,
      ...(flags.code === undefined ? {} : { code: flags.code }),
    });
    this.#keep(flags, { url, token, ca }, { username: flags.username, expiresAt });
  }

  #keep(flags: { readonly name: string; readonly json: boolean }, profile: StoredProfile, { username, expiresAt }: { readonly username: string; readonly expiresAt: string }): void {
    saveProfile(process.env, flags.name, profile);
    this.print(flags, { profile: flags.name, url: profile.url, username, expiresAt }, () => {
      return `Signed in to ${profile.url} as ${username}; kept in ${profileStoreFile(process.env)} until ${expiresAt}.`;
    });
  }
}

async function readToken(url: string): Promise<string> {
  const token = process.stdin.isTTY ? await askHidden(`Token for ${url}: `) : withoutLineBreak(await readAll(process.stdin));
  if (!/^kanade_[A-Za-z0-9_-]+$/.test(token)) throw usageFailure('That is no token.', 'A token begins with kanade_ and has no spaces; the console shows it once, when it is made.');
  return token;
}

const withoutLineBreak = (text: string): string => text.replace(/\r?\n$/, '');

/** The second factor is asked for when the account turns out to have one. */
async function createWithSecondFactor(request: CreateSessionTokenRequest): Promise<CreateTokenResult> {
  try {
    return await createSessionToken(request);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'second-factor-required' || !process.stdin.isTTY) throw error;
    return createSessionToken({ ...request, code: await askHidden('Code of the second factor: ') });
  }
}

function readUrl(text: string): string {
  if (!URL.canParse(text)) throw usageFailure(`--url ${text} is no address.`, 'Write it like https://kanade.example.net or http://127.0.0.1:8080.');
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw usageFailure(`--url ${text}: only http and https are understood.`);
  const loopback = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  if (url.protocol === 'http:' && !loopback) throw usageFailure(`--url ${text}: a password does not go over plain http.`, 'Use https; plain http is for this machine’s own addresses.');
  return url.origin;
}
